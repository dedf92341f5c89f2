import Datasets
import Foundation
import TestSupport

/// The path of a made-up file of questions or subtitles.
func questionFixture(_ name: String) -> String {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    return tests.appendingPathComponent("Reference/questions/\(name)").path
}

/// What reading a file of this text throws as a `QuestionError`, or nil, with the path of the file as `FILE` in its words.
func questionFailure(_ text: String, contexts: Bool = false) throws -> String? {
    let folder = try TemporaryFolder()
    let path = try folder.file("questions.jsonl", text)
    do throws(QuestionError) {
        if contexts { _ = try ClipContexts.open(path) } else { _ = try QuestionFile.open(path) }
    } catch {
        return error.exitCode == .badData ? error.description.replacing(path, with: "FILE") : "exit code \(error.exitCode)"
    }
    return nil
}
