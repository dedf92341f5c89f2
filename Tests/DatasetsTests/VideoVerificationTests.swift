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
        let digest = String(repeating: "0", count: 64), path = temporary("manifest")
        for (text, reason) in [
            ("0123  video.mp4\n", "line 1: expected 64"), ("\(digest)  a.mp4\n\n\(digest) a.mp4\n", "line 3: expected 64"),
            ("\\\(digest)  a\\tb.mp4\n", "line 1: expected 64"), ("", "an empty manifest"),
            ("\(digest)  a.mp4\n\(digest.dropLast())1  ./a.mp4\n", "line 2: a.mp4 stands there a second time"),
        ] {
            try AtomicFile.write(text, to: path)
            let error = #expect(throws: FileError.self) { try FileManifest(path: path) }
            #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
        }
    }

    /// Written under Windows, by `find . -exec sha256sum`, in binary mode, in capitals, and with names that have to be escaped.
    @Test func manifestsAreReadAsOthersWriteThem() throws {
        let whole = verify(), path = temporary("manifest")
        let rows = whole.files.compactMap { file in file.digest.map { ($0, file.name) } }
        for text in [
            rows.map { "\($0)  \($1)\r\n" }.joined(), rows.map { "\($0.uppercased()) *./\($1)\n" }.joined(),
            rows.map { "\\\($0)  .//\($1)\n" }.joined(),
        ] {
            try AtomicFile.write(text, to: path)
            #expect(try whole.compared(with: FileManifest(path: path)).damaged.isEmpty, "\(text.prefix(90))")
        }
        let digest = String(repeating: "a", count: 64)
        try AtomicFile.write("\\\(digest)  a\\\\b\\nc.mp4\n\(digest)  plain.mp4\n", to: path)
        #expect(try FileManifest(path: path).digests == ["a\\b\nc.mp4": digest, "plain.mp4": digest])
    }

    @Test func aNameWithABackslashIsWrittenAsSHA256SumEscapesIt() throws {
        let name = "a\\b.mp4", list = temporary("odd.csv")
        try FileManager.default.copyItem(atPath: "\(folder)/\(verify().files[0].name)", toPath: temporary(name))
        try AtomicFile.write(
            "video,label,split\n\(name),a,train\n\(verify().files.map { "videos/\($0.name)" }[1]),a,test\n", to: list)
        let verification = VideoVerification(try DataSet.open(list), threads: 1)
        #expect(verification.manifest.hasPrefix("\\") && verification.manifest.contains("  a\\\\b.mp4\n"))
        try AtomicFile.write(verification.manifest, to: temporary("manifest"))
        #expect(try verification.compared(with: FileManifest(path: temporary("manifest"))).damaged.isEmpty)
    }
}
