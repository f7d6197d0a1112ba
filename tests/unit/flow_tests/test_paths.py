from apns_connector.flow_tests.paths import locate, shown


def test_a_file_is_found_in_the_nearest_folder_above(tmp_path):
    near, far = tmp_path / "a/src/x.xml", tmp_path / "src/x.xml"
    for file in (near, far):
        file.parent.mkdir(parents=True)
        file.touch()
    test = tmp_path / "a/src/test/t.xml"
    assert locate(test, "src/x.xml") == (near, tmp_path / "a")
    assert locate(test, "/src/x.xml") == (near, tmp_path / "a")
    assert locate(test, "a\\src\\x.xml") == (near, tmp_path)
    assert locate(test, "src/y.xml") is None
    assert locate(test, "") is None


def test_a_path_is_shown_from_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert shown(tmp_path / "a/b.xml") == "a/b.xml"
    assert shown(tmp_path.parent / "b.xml") == str(tmp_path.parent / "b.xml")
