import Datasets
import Files
import Foundation
import TestSupport
import Testing

@Suite struct MotionsFolderTests {
    private static let small = Motions.Count(train: 3, test: 1)

    @Test func makesEverythingOnce() throws {
        try withTemporaryFolder { parent in
            let folder = "\(parent)/cache/set"
            var reports: [Int] = []
            let overview = try Motions.make(at: folder, count: Self.small, threads: 2) { done, total in
                #expect(total == 4)
                reports.append(done)
            }
            #expect(reports.first == 0 && reports.last == 4 && reports == reports.sorted())
            let clips = Motions.clips(Self.small)
            #expect(overview.clips.map(\.video) == clips.map(\.relativePath))
            #expect(overview.clips.map(\.digest) == clips.map { $0.contentDigest() })
            for clip in clips {
                let bytes = try FileReader.bytes(of: "\(folder)/\(clip.relativePath)")
                #expect(Array(bytes[4..<8]) == Array("ftyp".utf8))
            }
            let list = try FileReader.text(of: "\(folder)/list.csv").split(separator: "\n")
            #expect(list[0] == "video,label,split,group" && list[1] == "train/blink/train-0000.mp4,blink,train,train-0000")
            #expect(list.count == 5)
            let lines = try FileReader.text(of: "\(folder)/questions.jsonl").split(separator: "\n")
            #expect(lines.count == 16)
            let question = try JSON(parsing: Array(lines[0].utf8))
            #expect(question["answers"]?.arrayValue?.count == 5 && question["answer"]?.integerValue != nil)
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(parent)/cache") == ["set"])
            #expect(try Motions.check(folder) == overview)
            try Motions.ensure(at: folder, count: Self.small) { _, _ in Issue.record("made again") }
        }
    }

    @Test func theNumberOfThreadsDoesNotMatter() throws {
        try withTemporaryFolder { parent in
            let one = try Motions.make(at: "\(parent)/one", count: Self.small, threads: 1)
            let three = try Motions.make(at: "\(parent)/three", count: Self.small, threads: 3)
            #expect(one == three)
            for clip in one.clips {
                let files = try ["one", "three"].map { try FileReader.bytes(of: "\(parent)/\($0)/\(clip.video)") }
                #expect(files[0] == files[1])
            }
        }
    }

    @Test func leavesForeignFoldersAlone() throws {
        try withTemporaryFolder { parent in
            try AtomicFile.write("mine", to: "\(parent)/notes.txt")
            #expect(throws: Motions.Failure.file(.exists(path: parent))) { try Motions.make(at: parent, count: Self.small) }
            #expect(throws: Motions.Failure.notMotions(folder: parent)) { try Motions.ensure(at: parent, count: Self.small) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: parent) == ["notes.txt"])
        }
    }

    @Test func namesAFolderThatCannotBeWritten() throws {
        #expect {
            try Motions.make(at: "/proc/motions/set", count: Self.small)
        } throws: {
            guard case .file(.system("/proc/motions", _, _))? = $0 as? Motions.Failure else { return false }
            return true
        }
    }

    @Test func removesWhatAKilledRunLeftButNotWorkInProgress() throws {
        try withTemporaryFolder { parent in
            let (dead, alive) = ("\(parent)/set.making-000000", "\(parent)/set.making-111111")
            for path in [dead, alive] {
                try FileManager.default.createDirectory(atPath: "\(path)/train", withIntermediateDirectories: true)
            }
            let owner = open(alive, O_RDONLY)
            defer { close(owner) }
            #expect(flock(owner, LOCK_EX | LOCK_NB) == 0)
            try Motions.make(at: "\(parent)/set", count: .init(train: 1, test: 0))
            #expect(try FileManager.default.contentsOfDirectory(atPath: parent).sorted() == ["set", "set.making-111111"])
        }
    }

    @Test func theSlowerOfTwoUsesWhatTheFasterMade() throws {
        try withTemporaryFolder { parent in
            let folder = "\(parent)/set"
            let slower = try Motions.make(at: folder, count: Self.small) { done, _ in
                // Another run begins and ends while this one is at work.
                guard done == 0 else { return }
                #expect((try? Motions.make(at: folder, count: Self.small)) != nil)
            }
            #expect(try Motions.check(folder) == slower)
            #expect(try FileManager.default.contentsOfDirectory(atPath: parent) == ["set"])
        }
    }

    @Test func noticesOtherAndDamagedSets() throws {
        try withTemporaryFolder { parent in
            let folder = "\(parent)/set"
            let overview = try Motions.make(at: folder, count: Self.small)
            #expect {
                try Motions.ensure(at: folder, count: .full)
            } throws: {
                guard case .anotherSet? = $0 as? Motions.Failure else { return false }
                return "\($0)".contains("3 training and 1 test clips")
            }
            let victim = overview.clips[1].video
            try FileManager.default.removeItem(atPath: "\(folder)/\(victim)")
            #expect(throws: Motions.Failure.damaged(folder: folder, file: victim)) {
                try Motions.ensure(at: folder, count: Self.small)
            }
        }
    }

    @Test func verificationComparesDecodedClips() throws {
        try withTemporaryFolder { parent in
            let folder = "\(parent)/set"
            try Motions.make(at: folder, count: .init(train: 2, test: 0))
            let clips = Motions.clips(.init(train: 2, test: 0))
            func decoded(_ pictures: Motions.Clip, _ sound: Motions.Clip) -> Motions.Decoded {
                .init(pictures: pictures.pictures(), sound: sound.sound().map { Float($0) / 32_768 })
            }
            func drawn(_ path: String) -> Motions.Clip { clips[path.hasSuffix("0.mp4") ? 0 : 1] }
            try Motions.verify(folder) { decoded(drawn($0), drawn($0)) }
            #expect(throws: Motions.Failure.self) { try Motions.verify(folder) { decoded(clips[0], drawn($0)) } }
            #expect(throws: Motions.Failure.self) { try Motions.verify(folder) { decoded(drawn($0), clips[1]) } }
        }
    }
}
