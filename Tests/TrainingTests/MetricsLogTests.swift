import Files
import Foundation
import TestSupport
import Testing
import Training

@Suite struct MetricsLogTests {
    @Test func everyEntryIsOneLine() throws {
        let folder = try TemporaryFolder()
        let log = try MetricsLog(path: folder("metrics.jsonl"))
        try log.append(step: 1, [("loss", .real(0.5)), ("note", .string("two\nlines"))])
        try log.append(step: 2, [])
        let text = try FileReader.text(of: folder("metrics.jsonl"))
        #expect(text == "{\"step\":1,\"loss\":0.5,\"note\":\"two\\nlines\"}\n{\"step\":2}\n" && log.position == text.utf8.count)
    }

    @Test func aResumedRunEndsWithTheFileOfAnUninterruptedOne() throws {
        let folder = try TemporaryFolder()
        let whole = try MetricsLog(path: folder("whole"))
        for step in 1...6 { try whole.append(step: step, [("loss", .real(1 / Double(step)))]) }

        let stopped = try MetricsLog(path: folder("stopped"))
        for step in 1...3 { try stopped.append(step: step, [("loss", .real(1 / Double(step)))]) }
        let position = stopped.position
        try stopped.append(step: 4, [("loss", .real(0.25))])
        let torn = try FileHandle(forWritingTo: URL(fileURLWithPath: folder("stopped")))
        try torn.seekToEnd()
        try torn.write(contentsOf: Data("{\"step\":5,\"lo".utf8))

        let resumed = try MetricsLog(path: folder("stopped"), position: position)
        for step in 4...6 { try resumed.append(step: step, [("loss", .real(1 / Double(step)))]) }
        #expect(try FileReader.text(of: folder("stopped")) == FileReader.text(of: folder("whole")))
    }

    @Test func aRunWithoutCheckpointBeginsAnew() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("metrics.jsonl", "{\"step\":1}\n{\"st")
        #expect(try MetricsLog(path: path).position == 0)
        #expect(try FileReader.text(of: path) == "")
    }

    @Test func aFileThatDoesNotFitTheCheckpointIsRefusedAndLeftAlone() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("metrics.jsonl", "{\"step\":1}\n")
        #expect(throws: RunError.metricsTooShort(path: path, found: 11, expected: 12)) {
            try MetricsLog(path: path, position: 12)
        }
        #expect(throws: RunError.metricsMisaligned(path: path, position: 5)) { try MetricsLog(path: path, position: 5) }
        #expect(try FileReader.text(of: path) == "{\"step\":1}\n")
    }

    @Test func aFullDiskIsAnErrorOfTheFile() throws {
        let log = try? MetricsLog(path: "/dev/full")
        // The device cannot be cut to a length: either the opening or the writing has to fail.
        let error = #expect(throws: RunError.self) {
            guard let log else { throw RunError.file(.system(path: "/dev/full", operation: "open", code: EINVAL)) }
            try log.append(step: 1, [])
        }
        #expect(error?.exitCode == .inputOutput)
    }

    @Test func aMissingFolderIsAnErrorOfTheFile() throws {
        let folder = try TemporaryFolder()
        #expect((#expect(throws: RunError.self) { try MetricsLog(path: folder("none/metrics.jsonl")) })?.exitCode == .inputOutput)
    }
}
