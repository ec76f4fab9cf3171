"""`hootsuite models`: the dbt models as a folder of the user's."""

from click.testing import CliRunner

from hootsuite_cli.main import main


def models(folder):
    return CliRunner().invoke(main, ["models", str(folder)])


def test_models_are_written_and_brought_up_to_date(tmp_path):
    """A second run renews what we wrote, and leaves seeds and models of the user's own."""
    folder = tmp_path / "new" / "transform"
    assert models(folder).exit_code == 0
    mart = folder / "models/marts/fct_post.sql"
    ours = mart.read_text()
    zones = "social_profile_id,time_zone\n1,Europe/Berlin\n"
    mart.write_text("select 1")
    (folder / "seeds/profile_time_zones.csv").write_text(zones)
    (folder / "models/mine.sql").write_text("select 2")
    again = models(folder)
    assert again.exit_code == 0
    assert again.output.endswith("kept: seeds/profile_time_zones.csv\n")
    assert mart.read_text() == ours
    assert (folder / "seeds/profile_time_zones.csv").read_text() == zones
    assert (folder / "models/mine.sql").is_file()


def test_other_files_are_left_alone(tmp_path):
    """A folder that is no copy of the models is refused, with a sentence, and stays as it is."""
    (tmp_path / "dbt_project.yml").write_text("name: sales\n")
    refused = models(tmp_path)
    assert refused.exit_code == 1
    assert "holds other files" in refused.output
    assert [path.name for path in tmp_path.iterdir()] == ["dbt_project.yml"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    """A file in the way is a sentence."""
    (tmp_path / "file").write_text("")
    refused = models(tmp_path / "file" / "transform")
    assert refused.exit_code == 1
    assert refused.output.startswith("Error: The models can't be written: ")
    assert "Traceback" not in refused.output
