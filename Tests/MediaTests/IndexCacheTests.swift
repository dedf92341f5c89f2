import Foundation
import Media
import TestSupport
import Testing

@Suite struct IndexCacheTests {
    private let temporary: TemporaryFolder
    private let cache: IndexCache
    private let video: String

    init() throws {
        temporary = try TemporaryFolder()
        cache = IndexCache(folder: temporary("indices"))
        video = temporary("video.avi")
        try FileManager.default.copyItem(atPath: Fixture(name: "mpeg4.avi").path, toPath: video)
    }

    /// Files below the cache's folder.
    private var entries: [String] {
        (FileManager.default.subpaths(atPath: cache.folder) ?? []).filter { $0.hasSuffix(".index") }.map {
            "\(cache.folder)/\($0)"
        }
    }

    @Test func aFileIsIndexedOnce() throws {
        let made = try cache.open(video).index, entry = try #require(entries.first)
        // An entry that is written again is another file of that name.
        func fileNumber() throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: entry)[.systemFileNumber] as? Int
        }
        let number = try fileNumber()
        #expect(try cache.open(video).index == made && entries == [entry] && fileNumber() == number)
    }

    @Test func anEntryThatIsNotWholeIsMadeAgain() throws {
        let made = try cache.open(video).index
        let entry = try #require(entries.first), whole = try Data(contentsOf: URL(fileURLWithPath: entry))
        for damaged in [Data(), whole.dropLast(9), Data(whole.reversed())] {
            try damaged.write(to: URL(fileURLWithPath: entry))
            #expect(try cache.open(video).index == made)
            #expect(try Data(contentsOf: URL(fileURLWithPath: entry)) == whole)
        }
    }

    @Test func anotherContentOfTheSameSizeAndTimeIsAnotherFile() throws {
        _ = try cache.open(video)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: video))
        let date = try FileManager.default.attributesOfItem(atPath: video)[.modificationDate]
        bytes[bytes.count - 3] ^= 1
        try bytes.write(to: URL(fileURLWithPath: video))
        try FileManager.default.setAttributes([.modificationDate: try #require(date)], ofItemAtPath: video)
        _ = try cache.open(video)
        #expect(entries.count == 2)
    }

    @Test func aFolderThatCannotBeMadeKeepsNothing() throws {
        let blocked = IndexCache(folder: video + "/indices")
        #expect(try blocked.open(video).index == cache.open(video).index)
    }

    @Test func threadsMayIndexTheSameFileAtOnce() async throws {
        let cache = cache, video = video, expected = try VideoReader(path: video).makeIndex()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 { group.addTask { try cache.open(video).index == expected } }
            for try await isEqual in group { #expect(isEqual) }
        }
        #expect(entries.count == 1)
    }
}
