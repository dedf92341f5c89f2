import Files
import Foundation
import Media
import TestSupport
import Testing
import Training

@Suite struct EventFileTests {
    @Test func aRecordHasTheBytesOfTheFormat() {
        let payload: [UInt8] = [0x1a, 0x0d] + Array("brain.Event:2".utf8)
        let head: [UInt8] = [0x0f, 0, 0, 0, 0, 0, 0, 0, 0x6d, 0x53, 0x2b, 0x09]
        #expect(EventFile.record(payload) == head + payload + [0xfc, 0x98, 0x51, 0x29])
    }

    @Test func whatIsAppendedCanBeReadAtOnce() throws {
        let folder = try TemporaryFolder(), begin = Date().timeIntervalSince1970
        let file = try EventFile(in: folder.path)
        #expect(try EventReader(file.path).events.map(\.version) == ["brain.Event:2"])
        try file.append(step: 0, scalars: [("loss/total", 0.1), ("train/nothing", 0), ("train/strange", .nan)])
        try file.append(step: 7, scalars: [])
        let picture = PixelClip(frames: 1, height: 2, width: 3, pixels: (0..<18).map { UInt8($0) })
        try file.append(step: 1 << 40, tag: "ä/b", picture: picture)

        let read = try EventReader(file.path), events = read.events
        #expect(events.count == 3 && read.rest == 0 && !events.contains(where: \.isStart))
        #expect(events.map(\.step) == [0, 0, 1 << 40])
        #expect(events.allSatisfy { (begin...Date().timeIntervalSince1970).contains($0.wallTime) })
        #expect(events[1].scalars.map(\.tag) == ["loss/total", "train/nothing", "train/strange"])
        #expect(events[1].scalars.prefix(2).map(\.value) == [0.1, 0] && events[1].scalars[2].value.isNaN)
        let shown = try #require(events[2].pictures.first)
        #expect(shown.tag == "ä/b" && (shown.height, shown.width) == (2, 3))
        #expect(try PNG.decode(shown.png) == picture)
        try file.close()
    }

    @Test func readersComeToTheNewestFileLast() throws {
        let folder = try TemporaryFolder()
        let others = [
            "events.out.tfevents.1999999999.other.1", "events.out.tfevents.2000000000.zzz.99999", "events.out.tfevents.x",
        ]
        for name in others { try folder.file(name, "kept") }
        // Both within a second, and long before the newest.
        let made = try (0..<2).map { try EventFile(in: folder.path, firstStep: $0 + 4) }
        let names = try EventReader.paths(in: folder.path)
        #expect(names == ([others[0], others[1]].map(folder.callAsFunction) + made.map(\.path) + [folder(others[2])]))
        for name in others { #expect(try FileReader.text(of: folder(name)) == "kept") }
        #expect(names[2].hasSuffix("/events.out.tfevents.2000000001.\(RunRecord.hostName).\(getpid())"))
        let starts = try made.map { try EventReader($0.path).events.map { [$0.isStart ? $0.step : -1] } }
        #expect(starts == [[[-1], [4]], [[-1], [5]]])
    }

    @Test func aFolderThatCannotBeWrittenToIsAnErrorOfTheFile() throws {
        let folder = try TemporaryFolder()
        for path in [folder("none"), try folder.file("file")] {
            let error = #expect(throws: RunError.self) { try EventFile(in: path) }
            #expect(error?.exitCode == .inputOutput && error?.description.contains(path) == true)
        }
    }
}
