"""The command line: `aktar serve`, `migrate`, `plan`, `import`, and those that keep what there is.

Exit status 0 is done, 1 refused (one sentence on standard error says why), 2 asked for in a wrong way. What a
command is for goes to standard output, everything else to standard error. Modules here import Django inside
their functions, so that `--help` answers at once.
"""

import click

from aktar.site.cli.backup import backup, restore, verify
from aktar.site.cli.demo import demo
from aktar.site.cli.dispatch import dispatch
from aktar.site.cli.exchange import export, import_
from aktar.site.cli.load import load
from aktar.site.cli.migrate import migrate
from aktar.site.cli.plan import plan
from aktar.site.cli.serve import serve
from aktar.site.cli.simulate import simulate
from aktar.site.cli.stock import stock
from aktar.site.cli.tokens import token
from aktar.site.cli.users import user
from aktar.site.cli.webhook_events import events_command, retry_command
from aktar.site.cli.webhooks import webhooks
from aktar.site.cli.workflow import workflow


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="aktar", prog_name="aktar")
def main() -> None:
    """aktar, the transfer-order service. Settings are environment variables: see .env.example."""


_COMMANDS = (
    *(serve, dispatch, migrate, workflow, load, import_, export, plan, demo, simulate),
    *(stock, user, token, webhooks, backup, restore, verify),
)
for command in _COMMANDS:
    main.add_command(command)
for command in (events_command, retry_command):
    webhooks.add_command(command)
