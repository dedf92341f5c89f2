import Datasets
import TestSupport
import Testing

@Suite struct ClipContextsTests {
    private func question(_ clip: String) -> Question { Question(id: "q", clip: clip, text: "Who?", answers: ["x", "y"]) }

    @Test func readsTheJSONLinesOfTVQA() throws {
        let contexts = try ClipContexts.open(questionFixture("tvqa-subtitles.jsonl"))
        #expect(contexts.count == 2)
        #expect(
            contexts[question("harbour_s06e12_seg02_clip_16")]?.subtitles == [
                Subtitle(begin: 0.5, end: 1, text: "sighs"),
                Subtitle(begin: 1.25, end: 3.5, text: "Careful: it is heavy.", speaker: "Otto"),
                Subtitle(begin: 3.75, end: 4, text: "Let me help."),
            ])
        #expect(contexts[question("s03e01_seg01_clip_07")]?.subtitles == [])
        #expect(contexts[question("elsewhere")] == nil)
    }

    @Test func readsAFolderOfSubRipFiles() throws {
        let contexts = try ClipContexts.open(questionFixture("subrip"))
        #expect(
            contexts[question("harbour_s06e12_seg02_clip_16")]?.subtitles == [
                Subtitle(begin: 1.25, end: 3.5, text: "Careful: it is heavy.", speaker: "Otto"),
                Subtitle(begin: 63.75, end: 3_604, text: "(sighs) Let me help."),
            ])
        #expect(contexts[question("s03e01_seg01_clip_07")]?.subtitles == [Subtitle(begin: 0.5, end: 1, text: "A café.")])
    }

    @Test func aSceneOfDramaQAHasTheSubtitlesOfItsShotsOnceAndInOrder() throws {
        let contexts = try ClipContexts.open(questionFixture("dramaqa-script.json"))
        #expect(
            contexts[question("MadeUpDrama03_002_0000")]?.subtitles == [
                Subtitle(begin: 0.5, end: 1, text: "I shall be back.", speaker: "Ara"),
                Subtitle(begin: 2.5, end: 4, text: "Quiet now."),
                Subtitle(begin: 4.25, end: 5.5, text: "Is somebody there?", speaker: "Bora"),
            ])
        #expect(
            contexts[question("MadeUpDrama03_002_0006")]?.subtitles == [
                Subtitle(begin: -0.5, end: 1, text: "Quiet now."),
                Subtitle(begin: 1.25, end: 2.5, text: "Is somebody there?", speaker: "Bora"),
            ])
    }

    @Test func aClipOfDramaQAWithoutSubtitlesHasAFullStop() throws {
        let contexts = try ClipContexts.open(questionFixture("dramaqa-script.json"))
        #expect(contexts[question("MadeUpDrama03_002_0007")]?.subtitles == [Subtitle(begin: 0, end: 4, text: ".")])
        #expect(contexts[question("MadeUpDrama09_001_0001")]?.subtitles == [Subtitle(begin: 0, end: 0, text: ".")])
    }

    @Test func tellsWhatIsWrongAndWhere() throws {
        #expect(
            try questionFailure("{\"vid_name\":\"a\",\"sub\":[]}\n{\"vid_name\":\"b\"}", contexts: true)
                == "FILE, line 2 (b): no field sub; expected an array of subtitles")
        #expect(
            try questionFailure("{\"vid_name\":\"a\",\"sub\":[{\"text\":\"x\",\"start\":1}]}", contexts: true)
                == "FILE, line 1 (a): no field end; expected a number")
        #expect(
            try questionFailure("{\"a_b_1\":\n{\"contained_subs\":[],\"st\":\"x\",\"et\":2}}", contexts: true)
                == "FILE, line 2, element 1 (a_b_1), st: found \"x\", expected a number")
        #expect(
            try questionFailure("{\"a\":{\"contained_subs\":[]}}", contexts: true)
                == "FILE, line 1, element 1 (a), name: found \"a\", expected episode_scene_shot")
        #expect(try questionFailure("{}", contexts: true) == "FILE: there is nothing in it; expected subtitles")
        let folder = try TemporaryFolder()
        let path = try folder.file("clip.srt", "1\n00:01 --> 00:02\nHi.\n")
        #expect {
            try ClipContexts.open(folder.path)
        } throws: {
            "\($0)".hasPrefix("\(path), line 2: found \"00:01 --> 00:02\", expected two times")
        }
    }
}
