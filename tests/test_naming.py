"""Names in place of ids."""

import pandas as pd
import pytest

import qiyou
from qiyou.errors import DataError


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_id_of_the_targets_has_its_name(data, lang):
    shown = qiyou.data.named(data, data.targets, lang=lang)
    names = dict(zip(data.places["id"], data.places[f"name_{lang}"], strict=True))
    assert shown["place"].tolist() == [names[one] for one in data.targets["place"]]
    names = dict(zip(data.indicators["id"], data.indicators[f"name_{lang}"], strict=True))
    assert shown["indicator"].tolist() == [names[one] for one in data.targets["indicator"]]
    rest = data.targets.columns.drop(["place", "indicator"])
    pd.testing.assert_frame_equal(shown[rest], data.targets[rest].reset_index(drop=True))


def test_an_unknown_id_stays_and_the_frame_is_not_touched(data):
    frame = pd.DataFrame({"place": ["atlantis", "yuhuan"]}, index=[3, 5])
    assert qiyou.data.named(data, frame)["place"].tolist() == ["atlantis", "玉环市"]
    assert frame["place"].tolist() == ["atlantis", "yuhuan"]


def test_another_language_is_refused(data):
    with pytest.raises(DataError, match="'fr'; give 'zh' or 'en'"):
        qiyou.data.named(data, data.targets, lang="fr")
