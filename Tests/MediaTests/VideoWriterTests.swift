import Files
import Foundation
import Media
import TestSupport
import Testing

@Suite struct VideoWriterTests {
    @Test func writesAnMP4FileWithBothStreams() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.mp4"
            let writer = try VideoWriter(
                path: path, width: 32, height: 16, frameRate: .init(30_000, 1001), sound: .init(sampleRate: 16_000))
            for frame in 0..<10 {
                try writer.append(picture: picture(width: 32, height: 16, frame: frame))
                try writer.append(sound: (0..<533).map { sin(Float($0) / 9) * 0.5 })
            }
            #expect(!FileManager.default.fileExists(atPath: path))
            try writer.finish()
            let bytes = try FileReader.bytes(of: path)
            #expect(Array(bytes[4..<8]) == Array("ftyp".utf8))
            for box in ["moov", "mdat", "avc1", "mp4a", "ctts"] { #expect(contains(bytes, box), "no box \(box)") }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a.mp4"])
        }
    }

    @Test func writesNoSoundStreamUnlessAsked() throws {
        try withTemporaryFolder { folder in
            let writer = try VideoWriter(path: "\(folder)/a.mp4", width: 16, height: 16, frameRate: .init(25))
            try writer.append(picture: picture(width: 16, height: 16, frame: 0))
            try writer.finish()
            let bytes = try FileReader.bytes(of: "\(folder)/a.mp4")
            #expect(contains(bytes, "avc1") && !contains(bytes, "mp4a"))
        }
    }

    @Test func sameInputGivesTheSameBytes() throws {
        try withTemporaryFolder { folder in
            for name in ["a", "b"] {
                let writer = try VideoWriter(path: "\(folder)/\(name).mp4", width: 64, height: 48, frameRate: .init(16))
                for frame in 0..<20 { try writer.append(picture: picture(width: 64, height: 48, frame: frame)) }
                try writer.finish()
            }
            #expect(try FileReader.bytes(of: "\(folder)/a.mp4") == FileReader.bytes(of: "\(folder)/b.mp4"))
        }
    }

    @Test func anUnfinishedVideoLeavesNothing() throws {
        try withTemporaryFolder { folder in
            do {
                let writer = try VideoWriter(path: "\(folder)/a.mp4", width: 16, height: 16, frameRate: .init(25))
                try writer.append(picture: picture(width: 16, height: 16, frame: 0))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }

    @Test func neverOverwrites() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/a.mp4"
            try AtomicFile.write("mine", to: path)
            #expect(throws: VideoWriterError.exists(path: path)) {
                try VideoWriter(path: path, width: 16, height: 16, frameRate: .init(25))
            }
            #expect(try FileReader.text(of: path) == "mine")
        }
    }

    @Test(arguments: [(0, 16), (15, 16), (16, 20_000)])
    func refusesSizesThatH264CannotHold(width: Int, height: Int) {
        #expect {
            try VideoWriter(path: "/nonexistent/a.mp4", width: width, height: height, frameRate: .init(25))
        } throws: {
            ($0 as? VideoWriterError)?.exitCode == .configuration
        }
    }

    @Test func namesTheFileThatCannotBeCreated() throws {
        #expect {
            try VideoWriter(path: "/nonexistent/a.mp4", width: 16, height: 16, frameRate: .init(25))
        } throws: { error in
            guard case .failed("/nonexistent/a.mp4", "create", let reason)? = error as? VideoWriterError else { return false }
            return reason == "No such file or directory"
        }
    }

    @Test(arguments: VideoWriter.Preset.allCases)
    func everyPresetIsKnownToTheEncoder(preset: VideoWriter.Preset) throws {
        try withTemporaryFolder { folder in
            var options = VideoWriter.Options()
            options.preset = preset
            let writer = try VideoWriter(path: "\(folder)/a.mp4", width: 16, height: 16, frameRate: .init(25), options: options)
            try writer.append(picture: picture(width: 16, height: 16, frame: 0))
            try writer.finish()
        }
    }

    private func picture(width: Int, height: Int, frame: Int) -> [UInt8] {
        (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0 * 7 + frame * 5) }
    }

    private func contains(_ bytes: [UInt8], _ name: String) -> Bool {
        Data(bytes).range(of: Data(name.utf8)) != nil
    }
}
