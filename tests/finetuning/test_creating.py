"""create: the request says what was wished, nothing is sent or paid unasked, and refusals say what to do."""

import json
from pathlib import Path

import pytest

from scripts.finetuning.ledger import Ledger
from tests.finetuning.commands import run, write_examples
from tests.finetuning.server import Reply, Server, failure

JOBS = ("POST", "fine_tuning/jobs")


def create(server: Server, train: Path, *words: str) -> tuple[int, str, str]:
    """Ask for the same training as ever; return exit code, stdout, stderr."""
    result = run(server, "create", "--train", train, "--yes", "--settle", "0", *words)
    return result.exit_code, result.stdout, result.stderr


def lines(kind: str) -> list[dict[str, object]]:
    return [dict(line) for line in Ledger().lines(kind)]


def test_the_request_says_what_was_wished(server: Server, train: Path, tmp_path: Path) -> None:
    """Hyperparameters inside the method, files by id, run id and hashes as metadata."""
    validation = write_examples(tmp_path / "valid.jsonl", first=50)

    options = {"--suffix": "joy", "--epochs": "2", "--batch-size": "4", "--lr-multiplier": "0.5", "--seed": "7"}
    words = [word for pair in {**options, "--wandb": "mine"}.items() for word in pair]
    code, said, _ = create(server, train, "--validation", str(validation), "--model", "m", *words)

    (intent,) = lines("intent")
    hashes = intent["sha256"]
    assert (code, said) == (0, "ftjob-1\n")
    assert isinstance(hashes, dict)
    assert server.bodies == [
        {
            "model": "m",
            "training_file": "file-1",
            "validation_file": "file-2",
            "suffix": "joy",
            "seed": 7,
            "method": {
                "type": "supervised",
                "supervised": {"hyperparameters": {"n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 0.5}},
            },
            "integrations": [{"type": "wandb", "wandb": {"project": "mine"}}],
            "metadata": {
                "run_id": intent["run_id"],
                "train_sha256": hashes["train"],
                "validation_sha256": hashes["validation"],
            },
        }
    ]


def test_what_is_not_wished_is_left_to_the_endpoint(server: Server, train: Path) -> None:
    """No method, no hyperparameters; on this machine the engine's own model."""
    create(server, train)

    assert {name: value for name, value in server.bodies[0].items() if name != "metadata"} == {
        "model": "smollm2-135m",
        "training_file": "file-1",
    }


def test_training_goes_on_from_a_fine_tune(server: Server, train: Path) -> None:
    """--from-model takes the place of --model; both, or what is no fine-tune, is refused."""
    tuned = "ft:smollm2-135m:local:joy:1"

    codes = [create(server, train, *words)[0] for words in (("--from-model", tuned), ("--from-model", "smollm2-135m"))]
    both = create(server, train, "--from-model", tuned, "--model", "m")

    assert (codes, both[0], [body["model"] for body in server.bodies]) == ([0, 2], 2, [tuned])


def test_preferences_are_trained_by_dpo(server: Server, tmp_path: Path) -> None:
    """The method is sent even without hyperparameters; file and method must fit each other."""
    message = [{"role": "assistant", "content": "Fine."}]
    rows = [
        {
            "input": {"messages": [{"role": "user", "content": f"How is it going, {number}?"}]},
            "preferred_output": message,
            "non_preferred_output": [{"role": "assistant", "content": "No."}],
        }
        for number in range(10)
    ]
    file = tmp_path / "pairs.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))

    without = create(server, file)
    code, _, _ = create(server, file, "--method", "dpo")
    chat = create(server, write_examples(tmp_path / "chat.jsonl"), "--method", "dpo")

    assert (without[0], code, chat[0]) == (1, 0, 1)
    assert "holds preferences (DPO); give --method dpo" in without[2]
    assert "is in chat format; leave --method away" in chat[2]
    assert [body["method"] for body in server.bodies] == [{"type": "dpo", "dpo": {}}]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--suffix", "x" * 65), "--suffix has 65 characters; 64 is the most"),
        (("--suffix", " "), "--suffix is empty"),
        (("--epochs", "500"), "--epochs is 500; it may be 1 to 50"),
        (("--epochs", "0"), "--epochs is 0; it may be 1 to 50"),
        (("--batch-size", "257"), "--batch-size is 257; it may be 1 to 256"),
        (("--lr-multiplier", "0"), "--lr-multiplier is 0.0; give a number above 0"),
        (("--lr-multiplier", "nan"), "--lr-multiplier is nan; give a number above 0"),
        (("--seed", "-1"), "--seed is -1; it may be 0 to 2147483647"),
    ],
)
def test_limits_are_held_before_anything_is_sent(
    server: Server, train: Path, words: tuple[str, str], said: str
) -> None:
    """Wrong numbers end with 2 and name what is allowed; the server hears nothing."""
    code, _, error = create(server, train, *words)

    assert (code, server.requests) == (2, [])
    assert said in error


def test_files_that_cannot_be_used_are_never_sent(server: Server, tmp_path: Path) -> None:
    """Too few, broken, wrong roles: 1 with all findings; missing: 2."""
    few = write_examples(tmp_path / "few.jsonl", 5)
    broken = tmp_path / "broken.jsonl"
    broken.write_text("this is no JSON\n" * 12)
    roles = tmp_path / "roles.jsonl"
    roles.write_text((json.dumps({"messages": [{"role": "boss", "content": "Hi"}]}) + "\n") * 12)

    ends = [create(server, file) for file in (few, broken, roles, tmp_path / "missing.jsonl")]

    assert ([end[0] for end in ends], server.requests) == ([1, 1, 1, 2], [])
    assert "too_few_examples" in ends[0][2]
    assert "nothing was sent" in ends[0][2]


def test_nobody_is_asked_for_money_in_silence(server: Server, train: Path) -> None:
    """Not a terminal and no --yes: the price is shown, nothing is uploaded."""
    result = run(server, "create", "--train", train, "--model", "gpt-4o-mini")

    assert (result.exit_code, server.count("POST", "files"), server.bodies) == (1, 0, [])
    assert "cost: $" in result.stderr
    assert "run it again with --yes" in result.stderr


@pytest.mark.parametrize(
    ("model", "most", "code"), [("gpt-4o", "0.0001", 1), ("gpt-4o", "100", 0), ("unheard-of", "100", 1)]
)
def test_max_cost_is_held(server: Server, train: Path, model: str, most: str, code: int) -> None:
    """Too dear is refused, and so is what has no price."""
    assert create(server, train, "--model", model, "--max-cost", most)[0] == code
    assert len(server.bodies) == (1 if code == 0 else 0)


def test_a_wrong_key_is_said(server: Server, train: Path) -> None:
    """401 names the setting; nothing stays open in the ledger."""
    server.before = lambda method, path: failure(401, "Incorrect API key provided: sk-secret")

    code, _, error = create(server, train)

    assert code == 1
    assert "does not accept the key (401); set OPENAI_API_KEY" in error
    assert "sk-secret" not in error


def test_an_unknown_model_is_said_in_the_apis_words(server: Server, train: Path) -> None:
    """400 is the endpoint's reason, without dates about OpenAI."""
    refusal = failure(400, "Model m is not available for fine-tuning or does not exist.", "model_not_available")
    server.before = lambda method, path: refusal if (method, path) == JOBS else None

    code, _, error = create(server, train, "--model", "m")

    assert code == 1
    assert "Model m is not available for fine-tuning or does not exist." in error
    assert "2027-01-06" not in error


@pytest.mark.parametrize(
    "refusal",
    [
        failure(403, "You are not allowed to create fine-tuning jobs.", "training_not_allowed"),
        failure(400, "Fine-tuning is no longer available to your organization."),
        failure(404, "Self-serve fine-tuning has been disabled for this organization."),
    ],
)
def test_a_closed_door_shows_the_way_on(server: Server, train: Path, refusal: Reply) -> None:
    """The API's reason, the dates, and the same command for the local engine."""
    server.before = lambda method, path: refusal if (method, path) == JOBS else None

    code, _, error = create(server, train, "--model", "gpt-4o-mini", "--suffix", "joy", "--epochs", "2")

    assert code == 1
    assert refusal[1]["error"]["message"] in error
    assert "after 2027-01-06 to everybody" in error
    install = "  scripts/install scripts/local_engine/requirements-training.txt\n"
    assert f"{install}  python -m scripts.local_engine --port 8090\n" in error
    command = f"python -m scripts.finetune create --train {train} --suffix joy --epochs 2 --model smollm2-135m"
    assert f"  OPENAI_BASE_URL=http://127.0.0.1:8090/v1 OPENAI_API_KEY=local {command}" in error
    assert lines("refused")[0]["reason"]


def test_without_an_endpoint_nothing_can_be_created(train: Path) -> None:
    """It says how to get one."""
    result = run(None, "create", "--train", train, "--yes")

    assert result.exit_code == 2
    assert "python -m scripts.local_engine --port 8090" in result.stderr


def test_json_tells_job_and_price(server: Server, train: Path) -> None:
    """One object on stdout, whether the job is new or not."""
    code, said, _ = create(server, train, "--json")
    told = json.loads(said)
    again = json.loads(create(server, train, "--json")[1])

    assert (code, told["job"]["id"], told["is_new"], again["is_new"]) == (0, "ftjob-1", True, False)
    assert (told["quote"]["examples"], told["quote"]["dollars"]) == (12, 0.0)


@pytest.mark.parametrize(("epochs", "said"), [("1", " tokens x 1 epoch = "), ("2", " tokens x 2 epochs = ")])
def test_an_estimate_is_said_in_words(train: Path, epochs: str, said: str) -> None:
    """Tokens times epochs, one of them or several."""
    assert said in run(None, "estimate", "--train", train, "--model", "gpt-4o-mini", "--epochs", epochs).stdout


def test_estimate_needs_no_endpoint(train: Path) -> None:
    """Tokens x epochs, money with its source; time once a training has ended."""
    result = run(None, "estimate", "--train", train, "--model", "gpt-4o-mini", "--epochs", "3", "--json")

    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert told["billed_tokens_x_epochs"] == told["billed_tokens"] * 3
    assert told["dollars"] == pytest.approx(told["billed_tokens_x_epochs"] * 3.00 / 1_000_000)
    assert (told["tokens_are_exact"], told["seconds"]) == (True, None)
