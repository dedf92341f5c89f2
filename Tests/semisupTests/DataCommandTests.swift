import Files
import Foundation
import Media
import Testing

/// `data verify`, `index`, `describe` and `show` on files of all kinds, in and outside data sets.
@Suite struct DataCommandTests {
    private let videos: SmallVideos
    private var semisup: CommandLineTool { videos.semisup }

    init() throws { videos = try SmallVideos() }

    private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
        + "/Reference/media/"

    /// Puts a fixture, or a part of it, into the tool's folder.
    private func copy(_ fixture: String, to name: String, _ change: (inout [UInt8]) -> Void = { _ in }) throws {
        var bytes = try FileReader.bytes(of: Self.fixtures + fixture)
        change(&bytes)
        try semisup.file(name)
        try AtomicFile.write(bytes, to: "\(semisup.folder)/\(name)")
    }

    @Test(arguments: [["verify", "videos", "--out"], ["describe", "videos", "--picture"], ["show", "videos", "--out"]])
    func aFolderThatIsNotThereIsToldBeforeTheWork(_ arguments: [String]) throws {
        let outcome = try semisup.run(["data"] + arguments + ["nodir/x.svg"])
        #expect(outcome.status == 73 && outcome.errors.contains("there is no folder nodir"), "\(outcome.errors)")
        #expect(outcome.output.isEmpty && !outcome.errors.contains("tmp-"))
    }
}
