import Files
import Foundation
import TestSupport
import Testing

@Suite struct JSONElementsTests {
    private static let chunks = [1, 7, 1 << 20]

    private func read(
        _ text: String, _ layout: JSONElements.Layout? = nil, chunk: Int = 1 << 20
    ) throws -> [JSONElements.Element] {
        let folder = try TemporaryFolder()
        var elements = try JSONElements(of: folder.file("values.json", text), layout: layout, chunk: chunk)
        var read: [JSONElements.Element] = []
        while let element = try elements.next() { read.append(element) }
        return read
    }

    /// What is said of the first mistake, for every size of chunk the same.
    private func reason(_ text: String, _ layout: JSONElements.Layout? = nil) throws -> String {
        let reasons = try Set(
            Self.chunks.map { chunk in
                do {
                    _ = try read(text, layout, chunk: chunk)
                    return "nothing"
                } catch FileError.malformed(_, let reason) { return reason }
            })
        return reasons.count == 1 ? reasons.first ?? "" : "differs: \(reasons)"
    }

    @Test(arguments: chunks) func readsTheElementsOfAnArrayWithTheirLines(chunk: Int) throws {
        let text = "\u{FEFF} \r\n[ {\"a\": [1, \"]},{\\\"\\\\\"],\n \"ä\": {}} ,12\n,\"x, y\",null , [[]]\n,-2.5e3\n]\r\n\n"
        let elements = try read(text, chunk: chunk)
        #expect(
            elements.map { $0.value.serialized() } == [
                #"{"a":[1,"]},{\"\\"],"ä":{}}"#, "12", #""x, y""#, "null", "[[]]", "-2500.0",
            ])
        #expect(elements.map(\.line) == [2, 3, 4, 4, 4, 5])
        #expect(elements.map(\.number) == [1, 2, 3, 4, 5, 6])
    }

    @Test(arguments: chunks) func readsTheValuesOfLines(chunk: Int) throws {
        let elements = try read("\n{\"a\":1}\r\n   \n[2,3]\n4", .lines, chunk: chunk)
        #expect(elements.map { $0.value.serialized() } == [#"{"a":1}"#, "[2,3]", "4"])
        #expect(elements.map(\.line) == [2, 4, 5])
        #expect(elements.allSatisfy { $0.key == nil })
    }

    @Test(arguments: chunks) func readsTheMembersOfAnObject(chunk: Int) throws {
        let elements = try read("{\n\"one\" : {\"a\":1},\n\"t\\\"w\\u00f6\":[2] }", .members, chunk: chunk)
        #expect(elements.map(\.key) == ["one", "t\"wö"])
        #expect(elements.map { $0.value.serialized() } == [#"{"a":1}"#, "[2]"])
        #expect(elements.map(\.line) == [2, 3])
    }

    @Test func takesTheLayoutFromTheFirstByte() throws {
        let folder = try TemporaryFolder()
        #expect(try JSONElements(of: folder.file("array", " \n[1]")).layout == .array)
        #expect(try JSONElements(of: folder.file("lines", "{}\n{}")).layout == .lines)
    }

    @Test func theEmptyFileHasNoLines() throws {
        #expect(try read("", .lines).isEmpty && read(" \n\n", .lines).isEmpty)
        #expect(try read("[ ]").isEmpty && read("{}", .members).isEmpty)
    }

    @Test func bareNaNIsANumber() throws {
        let span = try #require(try read(#"[{"ts": [NaN, 3]}]"#).first?.value["ts"]?.arrayValue)
        #expect(span[0].realValue?.isNaN == true && span[1] == .integer(3))
    }

    @Test(arguments: [
        ("[1,\n2 3]", "line 2: found 3, expected , or ] after element 2"),
        ("[{}\n{}]", "line 2: found {, expected , or ] after element 1"),
        ("[1,\n]", "line 2: found ], expected a value after the comma"),
        ("[,1]", "line 1: found ,, expected a value"),
        ("[1,,2]", "line 1: found ,, expected a value"),
        ("[1\n]\n[", "line 3: found [, expected nothing after the closing bracket"),
        ("[1,\n\"a\": 2]", "line 2: found :, expected , or ] after element 2"),
        ("[1,\n2\n", "line 3: found the end of the file, expected , or ] after element 2"),
        ("[1,", "line 1: found the end of the file, expected a value"),
        ("[1}", "line 1: found }, expected , or ] after element 1"),
        ("[}", "line 1: found }, expected a value"),
        ("[{\"a\":\n[1}]", "line 2: found }, expected ]"),
        ("[\n{\"a\": \"b\nc\"}]", "line 2: the line ends inside a string; a quote is missing"),
        ("[\n{\"a\":\n[\n", "line 4: the file ends inside the value that begins in line 2"),
        ("[0,\n{\"a\": 1,\n\"b\": ?}]", "line 3: malformed JSON: unexpected character"),
        ("[\u{1}]", "line 1: malformed JSON: unexpected character"),
    ])
    func namesTheLineOfAMistakeInAnArray(text: String, expected: String) throws {
        #expect(try reason(text, .array) == expected)
    }

    @Test func namesTheLineOfAMistakeInLines() throws {
        #expect(try reason("{}\n\n{\"a\":1\n{}", .lines) == "line 3: malformed JSON: the text ends too early")
        #expect(try reason("{}\n{} {}\n", .lines).hasPrefix("line 2: malformed JSON"))
    }

    @Test func namesTheLineOfAMistakeInAnObject() throws {
        #expect(try reason("{\"a\":1,\n2:3}", .members) == "line 2: found 2, expected the name of a member")
        #expect(try reason("{\"a\"\n1}", .members) == "line 2: found 1, expected : after the name of a member")
        #expect(try reason("{\"a\":1\n", .members) == "line 2: found the end of the file, expected , or } after member 1")
        #expect(try reason("{\"a\":}", .members) == "line 1: found }, expected a value")
        #expect(try reason("[1]", .members) == "line 1: found [, expected {")
    }

    @Test func refusesWhatIsNestedTooDeep() throws {
        let deep = String(repeating: "[", count: 65)
        #expect(try reason("[\n\(deep)", .array) == "line 2: nested more than 64 deep")
    }

    @Test func tellsOfTextThatIsNotUTF8() throws {
        let folder = try TemporaryFolder()
        try Data("[1,\n\"".utf8 + [0xFF, 0x22, 0x5D]).write(to: URL(fileURLWithPath: folder("bytes")))
        var elements = try JSONElements(of: folder("bytes"))
        #expect(try elements.next()?.value == .integer(1))
        #expect { _ = try elements.next() } throws: { "\($0)".contains("line 2: malformed JSON") }
    }

    @Test func tellsWhatCannotBeOpened() throws {
        let folder = try TemporaryFolder()
        #expect(throws: FileError.missing(path: folder("no"))) { _ = try JSONElements(of: folder("no")) }
        #expect(throws: FileError.notAFile(path: folder.path)) { _ = try JSONElements(of: folder.path) }
    }

    /// Indented and on one line, the elements are those that json-c finds in the whole document.
    @Test(arguments: ["questions/dramaqa.json", "engine/metrics.json"])
    func givesWhatTheWholeDocumentGives(name: String) throws {
        let whole = try reference(name)
        for text in [whole.serialized(), whole.serialized(indented: true)] {
            for chunk in [7, 64] {
                if let elements = whole.arrayValue {
                    #expect(try read(text, .array, chunk: chunk).map(\.value) == elements)
                } else {
                    let members = try read(text, .members, chunk: chunk)
                    #expect(JSON.object(members.map { ($0.key ?? "", $0.value) }) == whole)
                }
            }
        }
    }

    @Test func everyCutOfADocumentIsAnError() throws {
        let text = #"[{"a": [1, "b\"c"], "d": null}, "e" , 12]"#
        for length in 1..<text.utf8.count {
            let cut = String(decoding: text.utf8.prefix(length), as: UTF8.self)
            #expect(throws: FileError.self, "\(cut)") { try read(cut) }
        }
        #expect(try read(text).count == 3)
    }
}
