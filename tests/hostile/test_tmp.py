import subprocess,sys
from tests.walk.scene import *
def test_x(live_server_process, database_url):
    s=a_scene()
    srv=live_server_process(database_url, AKTAR_THROTTLE_TOKEN="off",AKTAR_THROTTLE_ADDRESS="off",AKTAR_THROTTLE_LOGIN="off")
    out=subprocess.run([sys.executable,"/tmp/try_wire.py",srv.url,s.keys["full"],str(s.ready.pk)],capture_output=True,text=True)
    print(out.stdout,out.stderr)
    log=srv.log.read_text()
    print([l for l in log.splitlines() if '"level":"error"' in l or 'Traceback' in l or not l.startswith('{')][:60])
    assert 0
