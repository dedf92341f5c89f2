import Files
import Foundation
import Media

// What the loader makes of one file, for survey.py, which starts a process for every file:
//
//     survey clean FILE OUT             the index and all pictures of a clean file, to OUT.index and OUT.rgb
//     survey alarms FILE                clips of a clean file from every position: how many are called damaged
//     survey damaged FILE OUT           clips of a damaged file against those of the clean one that OUT was made from
//
// A line for everything found, fields separated by tabs.

let clipLength = 8, clipStride = 4

/// A mean difference from the clean picture, in 0...255, above which a frame counts as wrong.
let tolerance = 5.0

func say(_ fields: Any...) { print(fields.map { "\($0)" }.joined(separator: "\t")) }

/// The mean absolute difference of two pictures.
func difference(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Double {
    guard a.count == b.count else { return 255 }
    var sum = 0
    for (x, y) in zip(a, b) { sum += abs(Int(x) - Int(y)) }
    return Double(sum) / Double(max(1, a.count))
}

/// The clean pictures.
struct Reference {
    let index: VideoIndex, pixels: [UInt8]

    init(_ name: String) throws {
        index = try VideoIndex(serialized: try FileReader.bytes(of: name + ".index"))
        pixels = try FileReader.bytes(of: name + ".rgb")
    }

    /// The greatest difference of a clip's frames from the clean ones at the same positions, and how many are wrong.
    func compare(_ clip: PixelClip, at positions: [Int]) -> (worst: Double, wrong: Int) {
        let size = index.info.width * index.info.height * 3
        let differences = positions.enumerated().map { slot, position in
            difference(clip.frame(slot), pixels[position * size..<(position + 1) * size])
        }
        return (differences.max() ?? 0, differences.count { $0 > tolerance })
    }

    /// By how many frames a clip is late or early that is right otherwise; nil where there is no such number.
    func displacement(of clip: PixelClip, at positions: [Int]) -> Int? {
        (-8...8).filter { $0 != 0 }.first { shift in
            let moved = positions.map { $0 + shift }
            return moved.allSatisfy((0..<index.frameCount).contains) && compare(clip, at: moved).wrong == 0
        }
    }
}

func positions(from start: Int) -> [Int] { (0..<clipLength).map { start + $0 * clipStride } }

func writeReference(_ path: String, _ out: String) throws {
    let reader = try VideoReader(path: path)
    let index = try reader.makeIndex()
    var clip = PixelClip()
    let report = try reader.frames(at: Array(0..<index.frameCount), using: index, into: &clip)
    try AtomicFile.write(index.serialized, to: out + ".index")
    try AtomicFile.write(clip.pixels, to: out + ".rgb")
    say("clean", index.frameCount, report.problem ?? "-")
}

/// Every clip of a clean file, and the file as a whole, must be found to be clean.
func countAlarms(_ path: String) throws {
    let index = try VideoReader(path: path).makeIndex()
    var frames = DecodedFrames(), alarms = 0
    let starts = 0...max(0, index.frameCount - 1 - (clipLength - 1) * clipStride)
    for start in starts {
        let reader = try VideoReader(path: path, index: index)
        let report = try reader.read(request(start, index, reader), using: index, into: &frames)
        if let problem = report.problem {
            alarms += 1
            say("alarm", start, problem)
        }
    }
    say("alarms", starts.count, alarms, try VideoReader(path: path).examine().problem ?? "-")
}

func request(_ start: Int, _ index: VideoIndex, _ reader: VideoReader) -> FrameRequest {
    let wanted = positions(from: start).filter { $0 < index.frameCount }
    return FrameRequest(pixels: wanted, vectors: reader.hasMotionVectors ? wanted : [])
}

/// Reads clips by an index: `clip`, whose index, start, wrong frames, greatest difference, displacement, problem or "-".
func readClips(_ path: String, by index: VideoIndex, _ whose: String, _ reference: Reference) {
    var frames = DecodedFrames()
    for start in stride(from: 0, to: reference.index.frameCount - (clipLength - 1) * clipStride, by: 8) {
        let wanted = positions(from: start)
        guard let last = wanted.last, last < index.frameCount else {
            say("short", whose, start, index.frameCount)
            continue
        }
        do {
            let reader = try VideoReader(path: path, index: index)
            let report = try reader.read(request(start, index, reader), using: index, into: &frames)
            let found = reference.compare(frames.pixels, at: wanted)
            let displacement = found.wrong > 0 ? reference.displacement(of: frames.pixels, at: wanted) : nil
            say("clip", whose, start, found.wrong, found.worst, displacement ?? 0, report.problem ?? "-")
        } catch {
            say("refused", whose, start, error)
        }
    }
}

func readSound(_ path: String) throws {
    let reader = try VideoReader(path: path)
    guard reader.info.hasSound else { return }
    for start in [0.0, 0.7, 1.5] {
        do {
            let span = try reader.sound(from: start, count: 8000, rate: 16000)
            say("sound", start, span.present, span.errors)
        } catch {
            say("sound-refused", start, error)
        }
    }
}

func examineDamaged(_ path: String, _ out: String) throws {
    let reference = try Reference(out)
    do {
        let reader = try VideoReader(path: path)
        say("opened", reader.info.codec, reader.info.width, reader.info.height)
        let index = try reader.makeIndex()
        say("indexed", index.frameCount, reference.index.frameCount, index.decodeErrors)
        readClips(path, by: index, "own", reference)
    } catch {
        say("error", error)
    }
    readClips(path, by: reference.index, "clean", reference)
    do {
        say("examined", try VideoReader(path: path).examine().problem ?? "-")
        try readSound(path)
    } catch {
        say("unexamined", error)
    }
}

let arguments = CommandLine.arguments.dropFirst()
do {
    switch (arguments.first, arguments.count) {
    case ("clean", 3): try writeReference(arguments[2], arguments[3])
    case ("alarms", 2): try countAlarms(arguments[2])
    case ("damaged", 3): try examineDamaged(arguments[2], arguments[3])
    default: exit(64)
    }
} catch {
    say("failed", error)
    exit(1)
}
