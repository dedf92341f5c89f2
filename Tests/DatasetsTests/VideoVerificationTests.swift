import Datasets
import Files
import Foundation
import TestSupport
import Testing

@Suite struct VideoVerificationTests {
    private let temporary: TemporaryFolder
    private let folder: String
    private let dataSet: DataSet

    init() throws {
        temporary = try TemporaryFolder()
        folder = temporary("videos")
        try Motions.ensure(at: folder, count: Motions.Count(train: 10, test: 10))
        dataSet = try DataSet.open(folder + "/list.csv")
    }

    private func verify() -> VideoVerification { VideoVerification(dataSet, threads: 2) }

    private func change(_ name: String, _ body: (inout Data) -> Void) throws {
        let place = URL(fileURLWithPath: "\(folder)/\(name)")
        var bytes = try Data(contentsOf: place)
        body(&bytes)
        try bytes.write(to: place)
    }

    @Test func whatIsWholeHasNoProblemAndAManifestThatSHA256SumReads() throws {
        let whole = verify()
        #expect(whole.files.count == 20 && whole.damaged.isEmpty)
        let file = whole.files[0]
        #expect(try file.digest == SHA256.hexadecimal(of: FileReader.bytes(of: "\(folder)/\(file.name)")))
        #expect(whole.manifest.split(separator: "\n").first.map(String.init) == file.digest.map { "\($0)  \(file.name)" })
    }

    /// The decoder sees what is cut off; a changed byte that it makes a picture of is seen by the manifest alone.
    @Test func damageIsFoundByDecodingAndByTheManifest() throws {
        let whole = verify(), names = whole.files.map(\.name)
        try AtomicFile.write(whole.manifest + String(repeating: "0", count: 64) + "  gone.mp4\n", to: temporary("manifest"))
        let manifest = try FileManifest(path: temporary("manifest"))
        #expect(whole.compared(with: manifest).damaged.map(\.name) == ["gone.mp4"])
        try change(names[0]) { $0.removeLast($0.count / 2) }
        try change(names[1]) { $0[$0.count / 2] ^= 1 }
        try FileManager.default.removeItem(atPath: "\(folder)/\(names[2])")
        let found = verify()
        #expect(found.damaged.map(\.name).contains(names[0]) && found.damaged.map(\.name).contains(names[2]))
        let compared = found.compared(with: manifest)
        #expect(compared.damaged.map(\.name) == [names[0], names[1], names[2], "gone.mp4"])
        #expect(compared.files[1].problem != nil && compared.files.last?.problem == "is in the manifest alone")
    }

    @Test func aManifestThatIsNoneNamesItsLine() throws {
        try AtomicFile.write("0123  video.mp4\n", to: temporary("manifest"))
        #expect(throws: FileError.self) { try FileManifest(path: temporary("manifest")) }
    }
}
