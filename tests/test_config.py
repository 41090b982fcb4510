"""Settings: what is missing, unknown or wrong stops the start with a line that names it."""

import re
from base64 import b64encode
from pathlib import Path

import pytest

from heroes import config
from tests.house.project import ROOT

GOOD = {
    "HEROES_SECRET_KEY": "x" * 32,
    "HEROES_BASE_URL": "https://awards.example.org/",
    "HEROES_MAIL_URL": "smtp://mail.example.org",
}


def test_what_serving_needs_is_enough(tmp_path):
    settings = config.load(GOOD | {"HEROES_INSTANCE": str(tmp_path)}, serving=True)
    assert settings.database_url == f"sqlite:///{tmp_path / 'heroes.sqlite'}"
    assert settings.base_url == "https://awards.example.org"
    assert settings.mail_from == "heroes@awards.example.org"
    assert settings.storage_url == f"file://{tmp_path / 'files'}"
    assert (settings.https, settings.trusted_proxies, settings.submissions_per_hour) == (True, 0, 300)
    assert settings.demo is False
    assert list(tmp_path.iterdir()) == []


def test_the_instance_folder_is_below_the_present_one_unless_it_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert config.load({}, serving=False).instance == tmp_path / "instance"
    assert list(tmp_path.iterdir()) == []


def test_database_commands_need_nothing(tmp_path):
    assert config.load({"DATABASE_URL": "postgresql://db/heroes"}, serving=False).database_url == (
        "postgresql+psycopg://db/heroes"
    )


@pytest.mark.parametrize(
    "change, named",
    [
        ({"HEROES_SECRET_KEY": ""}, "HEROES_SECRET_KEY"),
        ({"HEROES_SECRET_KEY": "x" * 31}, "HEROES_SECRET_KEY"),
        ({"HEROES_BASE_URL": ""}, "HEROES_BASE_URL"),
        ({"HEROES_BASE_URL": "awards.example.org"}, "HEROES_BASE_URL"),
        ({"HEROES_BASE_URL": "ftp://awards.example.org"}, "HEROES_BASE_URL"),
        ({"HEROES_BASE_URL": "https://"}, "HEROES_BASE_URL"),
        ({"HEROES_MAIL_URL": ""}, "HEROES_MAIL_URL"),
        ({"HEROES_MAIL_URL": "mail.example.org"}, "HEROES_MAIL_URL"),
        ({"HEROES_MAIL_URL": "smtp://"}, "HEROES_MAIL_URL"),
        ({"HEROES_MAIL_URL": "smtp://mail:port"}, "HEROES_MAIL_URL"),
        ({"HEROES_MAIL_URL": "file://folder/x"}, "HEROES_MAIL_URL"),
        ({"HEROES_BASE_URL": "https://["}, "HEROES_BASE_URL"),
        ({"HEROES_BASE_URL": "https://a.example:port"}, "HEROES_BASE_URL"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL"),
        ({"HEROES_STORAGE_URL": "s3://bucket"}, "HEROES_STORAGE_URL"),
        ({"HEROES_AUDIT_KEY": "short"}, "HEROES_AUDIT_KEY"),
        ({"HEROES_SIGNING_KEY": "short"}, "HEROES_SIGNING_KEY"),
        ({"HEROES_SIGNING_KEY": "A" * 44}, "HEROES_SIGNING_KEY"),
        ({"HEROES_TRUSTED_PROXIES": "-1"}, "HEROES_TRUSTED_PROXIES"),
        ({"HEROES_TRUSTED_PROXIES": "11"}, "HEROES_TRUSTED_PROXIES"),
        ({"HEROES_TRUSTED_PROXIES": "two"}, "HEROES_TRUSTED_PROXIES"),
        ({"HEROES_SUBMISSIONS_PER_HOUR": "1.5"}, "HEROES_SUBMISSIONS_PER_HOUR"),
        ({"HEROES_SUBMISSIONS_PER_HOUR": "²"}, "HEROES_SUBMISSIONS_PER_HOUR"),
        ({"HEROES_MAIL_FROM": "nobody"}, "HEROES_MAIL_FROM"),
        ({"HEROES_SECRETKEY": "x" * 32}, "HEROES_SECRETKEY"),
        ({"HEROES_": "x"}, "HEROES_"),
    ],
)
def test_a_bad_setting_is_named_in_one_line(change, named):
    with pytest.raises(config.BadSetting) as caught:
        config.load(GOOD | change, serving=True)
    assert named in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_secret_is_repeated_in_an_error():
    with pytest.raises(config.BadSetting) as caught:
        config.load(GOOD | {"HEROES_SECRET_KEY": "hunter2"}, serving=True)
    assert "hunter2" not in str(caught.value)


def test_secrets_are_not_in_the_settings_words():
    settings = config.load(GOOD | {"HEROES_SECRET_KEY": "s" * 40, "HEROES_AUDIT_KEY": "a" * 40}, serving=True)
    assert "s" * 40 not in repr(settings)
    assert "a" * 40 not in repr(settings)


def test_the_audit_key_is_made_once_and_is_for_its_owner_only(tmp_path):
    settings = config.load({"HEROES_INSTANCE": str(tmp_path / "i")}, serving=False)
    key = config.audit_key(settings)
    assert len(key) >= 32
    assert config.audit_key(settings) == key
    assert (tmp_path / "i" / "audit.key").stat().st_mode & 0o777 == 0o600
    given = config.load({"HEROES_INSTANCE": str(tmp_path / "i"), "HEROES_AUDIT_KEY": "k" * 32}, serving=False)
    assert config.audit_key(given) == b"k" * 32


def test_a_restored_audit_key_becomes_the_installations_own(tmp_path):
    settings = config.load({"HEROES_INSTANCE": str(tmp_path)}, serving=False)
    config.audit_key(settings)
    config.keep_audit_key(settings, b"the key of the backup, long enough")
    assert config.audit_key(settings) == b"the key of the backup, long enough"
    assert [p.name for p in tmp_path.iterdir()] == ["audit.key"]
    assert (tmp_path / "audit.key").stat().st_mode & 0o777 == 0o600


def test_a_restored_audit_key_that_contradicts_the_setting_is_refused(tmp_path):
    settings = config.load({"HEROES_INSTANCE": str(tmp_path), "HEROES_AUDIT_KEY": "k" * 32}, serving=False)
    config.keep_audit_key(settings, b"k" * 32)
    with pytest.raises(config.BadSetting, match="HEROES_AUDIT_KEY"):
        config.keep_audit_key(settings, b"another key altogether, long enough")
    assert list(tmp_path.iterdir()) == []


def test_the_signing_key_is_made_once_at_the_first_need_and_is_for_its_owner_only(tmp_path):
    settings = config.load({"HEROES_INSTANCE": str(tmp_path / "i")}, serving=False)
    assert config.kept_signing_seed(settings) is None
    assert not (tmp_path / "i").exists()
    seed = config.signing_seed(settings)
    assert len(seed) == 32
    assert (config.signing_seed(settings), config.kept_signing_seed(settings)) == (seed, seed)
    assert [p.name for p in (tmp_path / "i").iterdir()] == ["signing.key"]
    assert (tmp_path / "i" / "signing.key").stat().st_mode & 0o777 == 0o600


def test_of_two_that_make_the_signing_key_at_once_the_first_one_wins(tmp_path):
    path = tmp_path / "signing.key"
    config._keep(path, b64encode(b"1" * 32), once=True)
    config._keep(path, b64encode(b"2" * 32), once=True)
    assert config.signing_seed(config.Settings(tmp_path, "")) == b"1" * 32
    assert [p.name for p in tmp_path.iterdir()] == ["signing.key"]


def test_the_signing_key_may_be_given_or_lie_elsewhere(tmp_path):
    given = b64encode(b"g" * 32).decode()
    (tmp_path / "key").write_text(f"{given}\n")
    for value in (given, f"file://{tmp_path / 'key'}"):
        settings = config.load(
            {"HEROES_INSTANCE": str(tmp_path / "i"), "HEROES_SIGNING_KEY": value}, serving=False
        )
        assert config.signing_seed(settings) == b"g" * 32
        assert given not in repr(settings)
    assert not (tmp_path / "i").exists()


@pytest.mark.parametrize("content", [None, b"", b"x", b"\xff", b64encode(b"x" * 31), b64encode(b"x" * 33)])
def test_a_file_without_a_signing_key_is_named(tmp_path, content):
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    settings = config.load({"HEROES_SIGNING_KEY": f"file://{tmp_path / 'key'}"}, serving=False)
    with pytest.raises(config.BadSetting, match=re.escape(str(tmp_path / "key"))):
        config.signing_seed(settings)


def test_restored_keys_become_the_installations_own(tmp_path):
    settings = config.load({"HEROES_INSTANCE": str(tmp_path)}, serving=False)
    config.signing_seed(settings)
    config.keep_keys(settings, b"the key of the backup, long enough", None)
    before = config.signing_seed(settings)
    config.keep_keys(settings, b"the key of the backup, long enough", b"s" * 32)
    assert (config.signing_seed(settings), before == b"s" * 32) == (b"s" * 32, False)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["audit.key", "signing.key"]


def test_a_restored_signing_key_that_contradicts_the_setting_is_refused(tmp_path):
    given = {"HEROES_INSTANCE": str(tmp_path), "HEROES_SIGNING_KEY": b64encode(b"g" * 32).decode()}
    settings = config.load(given, serving=False)
    with pytest.raises(config.BadSetting, match="HEROES_SIGNING_KEY"):
        config.keep_keys(settings, b"k" * 32, b"s" * 32)
    assert list(tmp_path.iterdir()) == []
    config.keep_keys(settings, b"k" * 32, b"g" * 32)
    assert [p.name for p in tmp_path.iterdir()] == ["audit.key"]


def readme_table(path: Path) -> dict[str, str]:
    """Setting -> what the README's table says of it."""
    rows = re.findall(
        r"^\|\s*`([A-Z_]+)`\s*\|\s*(.*?)\s*\|\s*$", path.read_text(encoding="utf-8"), re.MULTILINE
    )
    return {name: said.replace("`", "") for name, said in rows}


def test_the_readmes_table_says_exactly_what_the_program_reads():
    assert readme_table(ROOT / "README.md") == {
        name: said.replace("`", "") for name, said in config.SETTINGS.items()
    }
