"""The README and .env.example say what is so: settings, routes, commands, files."""

import re
import subprocess
from pathlib import Path

import pytest

from app.server import create_app
from app.settings import Settings
from scripts.document_settings import env_example, table

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()

SHELL_BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
COMMANDS = [line.strip() for block in SHELL_BLOCKS for line in block.splitlines() if line and not line.startswith("#")]

# Commands of other tools; each one is tried where it can be: git and railway need an account, curl a running server.
FOREIGN = ("gcloud ", "git ", "curl ", "cd ", "railway ", "export ")


def test_env_example_is_what_the_settings_say() -> None:
    """.env.example is generated; python -m scripts.document_settings env > .env.example renews it."""
    assert (ROOT / ".env.example").read_text() == env_example() + "\n"


def test_the_readme_holds_the_table_of_settings() -> None:
    """The README's table is generated; python -m scripts.document_settings table prints it."""
    assert table() in README


def test_every_route_is_in_the_readme(settings: Settings) -> None:
    """What the server answers is documented."""
    app = create_app(settings.model_copy(update={"model": "m"}))

    routes = [rule.rule.replace("<path:session>", "<id>") for rule in app.url_map.iter_rules()]
    assert [route for route in routes if route not in README] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_in_the_readme_exists(command: str) -> None:
    """Each of our commands can be run: its file is there, and it knows the options that are shown."""
    words = re.sub(r"^(?:[A-Z_]+=\S* )+", "", command).split()
    if command.startswith(FOREIGN):
        return
    assert words, command
    program = words[0] if words[0].startswith(("scripts/", ".venv/")) else ""
    assert program, f"{command!r} is none of ours; add its tool to FOREIGN"
    if program.startswith("scripts/"):
        assert (ROOT / program).stat().st_mode & 0o111
        return
    module = words[words.index("-m") + 1]
    if module == "pytest":
        assert all((ROOT / word).exists() for word in words if word.startswith("tests"))
        return
    assert (ROOT / Path(*module.split("."))).with_suffix(".py").exists() or (ROOT / Path(*module.split("."))).is_dir()


@pytest.mark.parametrize(
    "module",
    [
        "scripts.bench_datasets",
        "scripts.build_dataset",
        "scripts.check_dataset",
        "scripts.doctor",
        "scripts.document_settings",
        "scripts.evaluate",
        "scripts.finetune",
        "scripts.generate_dataset",
        "scripts.launch",
        "scripts.local_engine",
        "scripts.measure_safety",
        "scripts.prepare_data",
        "scripts.promote",
        "scripts.report_referrals",
        "scripts.setup_agent",
        "scripts.simulate",
        "scripts.bench_training",
        "scripts.train_screens",
        "scripts.train_shipped",
    ],
)
def test_every_command_has_help_with_an_example(module: str, python: str) -> None:
    """--help works and ends with an example."""
    shown = subprocess.run([python, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "example:" in " ".join(shown.stdout.splitlines()[-4:]).lower()


def test_every_file_of_the_layout_exists() -> None:
    """The tree in the README names only what is there."""
    tree = README.split("## Layout", 1)[1].split("```")[1]
    folder = ""
    for line in filter(str.strip, tree.splitlines()):
        name = line.split()[0]
        folder = name if not line.startswith(" ") and name.endswith("/") else folder
        path = ROOT / (folder + name if line.startswith(" ") else name)
        assert path.exists(), path


def test_links_within_the_readme_lead_somewhere() -> None:
    """Every #link has its heading."""
    titles = re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    headings = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}

    assert set(re.findall(r"\]\(#([\w-]+)\)", README)) <= headings


def test_only_the_agreed_names_stand_at_the_top() -> None:
    """The top level stays what the user asked for, dotfiles aside."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    top = {Path(name).parts[0] for name in listed}

    expected = {
        "app",
        "tests",
        "scripts",
        "Procfile",
        "railway.json",
        "requirements.txt",
        "README.md",
        "pyproject.toml",
    }
    assert {name for name in top if not name.startswith(".")} == expected | {"LICENSE"}
