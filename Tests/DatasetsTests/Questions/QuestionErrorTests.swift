import Datasets
import Testing

/// What is said of bad question files: the file, the line or element, the name, what was found and what to do.
@Suite struct QuestionErrorTests {
    private static let good = #"{"id":"a","video":"v.mp4","question":"Who?","answers":["x","y"],"answer":0}"#

    /// A good line and, after a blank one, a line of these fields.
    private func failure(_ fields: String) throws -> String? { try questionFailure("\(Self.good)\n\n{\(fields)}\n") }

    @Test(arguments: [
        (#""id":"b","video":"v","question":"Who?""#, "no candidate answer; a question needs two or more"),
        (#""id":"b","video":"v","question":"Who?","answers":[]"#, "no candidate answer; a question needs two or more"),
        (#""id":"b","video":"v","question":"Who?","answers":["x"]"#, "one candidate answer only; a question needs two or more"),
        (
            #""id":"b","video":"v","question":"Who?","answers":["x","y"],"answer":2"#,
            "the answer is 2; expected the place of one of the 2 candidates, 0 to 1"
        ),
        (
            #""id":"b","video":"v","question":"Who?","answers":["x","y"],"answer":-1"#,
            "the answer is -1; expected the place of one of the 2 candidates, 0 to 1"
        ),
        (
            #""id":"b","video":"v","question":"Who?","answers":["x","z","X "],"answer":0"#,
            "the candidates 0 and 2 both read \"x\", and one of them is the right answer; reword one, or leave such questions out"
        ),
        (#""id":"b","question":"Who?","answers":["x","y"]"#, "no field video; expected a text that is not blank"),
        (#""id":"b","video":"v","answers":["x","y"]"#, "no field question; expected a text that is not blank"),
        (
            #""id":"b","video":"v","question":"Who?","answers":["x","y"],"anwser":1"#,
            "nothing reads the field anwser; did you mean answer?"
        ),
        (#""id":"b","video":"v","question":"Who?","answers":["x","y"],"mood":1"#, "nothing reads the field mood; remove it"),
        (
            #""id":"a","video":"v","question":"Who?","answers":["x","y"]"#,
            "line 1 has this name already; each question needs its own"
        ),
    ])
    func namesTheLineAndTheQuestion(fields: String, expected: String) throws {
        let name = fields.hasPrefix(#""id":"a""#) ? "a" : "b"
        #expect(try failure(fields) == "FILE, line 3 (\(name)): \(expected)")
    }

    @Test(arguments: [
        (#""question":" ""#, "question", #"" ""#, "a text that is not blank"),
        (#""answers":"x""#, "answers", #""x""#, "an array of texts that are not blank"),
        (#""answers":["x",1]"#, "answers", #"["x",1]"#, "an array of texts that are not blank"),
        (#""answers":["x",""]"#, "answers", #"["x",""]"#, "an array of texts that are not blank"),
        (#""answer":1.5"#, "answer", "1.5", "a whole number"),
        (#""answer":"x""#, "answer", #""x""#, "a whole number"),
        (#""split":"dev""#, "split", #""dev""#, "train, validation, test or unlabelled"),
        (#""start":-1"#, "start", "-1.0", "a time of 0 seconds or more"),
        (#""start":5,"end":5"#, "end", "5.0", "a time after the start"),
        (#""end":NaN"#, "end", "nan", "a number"),
        (#""span":[4,2]"#, "span", "[4,2]", "a beginning before the end"),
        (#""span":[4]"#, "span", "[4]", #"[begin, end] or "begin-end" in seconds"#),
        (#""span":"4 to 5""#, "span", #""4 to 5""#, #"[begin, end] or "begin-end" in seconds"#),
        (#""kind":3"#, "kind", "3", "a text that is not blank"),
        (#""objects":"cup""#, "objects", #""cup""#, "an array of texts that are not blank"),
        (#""subtitles":{}"#, "subtitles", "{}", "an array of objects"),
        (#""subtitles":[5]"#, "element", "5", "an object"),
        (#""subtitles":[{"start":"x","end":2,"text":"t"}]"#, "start", #""x""#, "a number"),
    ])
    func namesTheFieldThatIsOfAnotherKind(field: String, name: String, found: String, expected: String) throws {
        let base = [("video", #""v""#), ("question", #""Who?""#), ("answers", #"["x","y"]"#)]
        let rest = base.filter { !field.hasPrefix("\"\($0.0)\"") }.map { "\"\($0.0)\":\($0.1)" }
        let text = ([#""id":"b""#] + rest + [field]).joined(separator: ",")
        #expect(try failure(text) == "FILE, line 3 (b), \(name): found \(found), expected \(expected)")
    }

    @Test func oneClipHasOneContext() throws {
        let fields = #""video":"v","question":"Who?","answers":["x","y"]"#
        let lines = [#"{"id":1,\#(fields),"objects":["cup"]}"#, #"{"id":2,\#(fields),"objects":["cup"]}"#]
        #expect(try questionFailure(lines.joined(separator: "\n")) == nil)
        #expect(
            try questionFailure((lines + [#"{"id":3,\#(fields),"objects":["hat"]}"#]).joined(separator: "\n"))
                == "FILE, line 3 (3): the clip v has other subtitles or objects in an earlier line; give it the same in each")
    }

    @Test func namesTheElementOfAnArray() throws {
        let question = #"{"qid":7,"q":"Who?","a0":"x","a1":"y","vid_name":"v"}"#
        #expect(
            try questionFailure("[\(question), \(question)]")
                == "FILE, line 1, element 2 (7): element 1 has this name already; each question needs its own")
        #expect(
            try questionFailure(#"[{"qid":7,"q":"Who?","a0":"x","a1":"y","a3":"z","vid_name":"v"}]"#)
                == "FILE, line 1, element 1 (7): no field a2; expected a text that is not blank")
        #expect(
            try questionFailure(#"[{"qid":7,"q":"Who?","a0":"x","a1":"y","vid_name":"v","bbox":{"b":[]}}]"#)
                == "FILE, line 1, element 1 (7), bbox: found b: [], expected arrays of boxes by frame number")
        #expect(
            try questionFailure(
                #"[{"qid":7,"q":"Who?","a0":"x","a1":"y","vid_name":"v","bbox":{"1":[{"label":"x","left":"l"}]}}]"#)
                == "FILE, line 1, element 1 (7), left: found \"l\", expected a number of pixels")
        #expect(
            try questionFailure(#"[{"qid":7,"que":"Who?","answers":["x","y"],"vid":"v_1"}]"#)
                == "FILE, line 1, element 1 (7), vid: found \"v_1\", expected episode_scene_shot")
    }

    @Test func namesTheLineOfMalformedJSON() throws {
        #expect(
            try questionFailure("\(Self.good)\n{\"id\":2,\n") == "FILE: line 2: malformed JSON: the text ends too early")
        #expect(
            try questionFailure("[\(#"{"qid":7,"q":"Who?","a0":"x","a1":"y","vid_name":"v"}"#)\n{}]")
                == "FILE: line 2: found {, expected , or ] after element 1")
        #expect(try questionFailure("\(Self.good)\n7") == "FILE, line 2, element: found 7, expected an object")
    }

    @Test func tellsWhichFormatsThereAre() throws {
        #expect(try questionFailure("") == "FILE: there is nothing in it; expected questions")
        #expect(try questionFailure("[]") == "FILE: there is nothing in it; expected questions")
        let unknown = try #require(try questionFailure(#"{"prompt":"x","n":1}"#))
        #expect(unknown.hasPrefix("FILE: its first element has the fields prompt, n; expected those of semisup's own (video, "))
        #expect(unknown.contains("DramaQA (vid, que, answers)"))
    }
}
