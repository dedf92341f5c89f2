import Files
import Foundation
import Media
internal import SwiftProtobuf

/// A file of events for TensorBoard, which shows it while it grows.
///
/// It consists of whole records, each with checksums of its length and its content. One write appends one of them, so that a process
/// that is killed leaves at most a cut one at the end, where readers stop. Each process that works on a run begins a file of its own.
public final class EventFile {
    /// Where the events go: `events.out.tfevents.<seconds since 1970>.<host>.<process>`.
    public var path: String { writer.path }
    private let writer: FileWriter
    /// The length in bytes so far: the end of a record.
    private var position = 0

    private static let namePrefix = "events.out.tfevents."
    private static let version = "brain.Event:2"

    /// Begins a file in `folder`. Its name comes after those of all that are there, since readers go by the order of names.
    ///
    /// - Parameter firstStep: Where a run goes on, the step at which it does: readers forget what older files say of it and of all
    ///   later ones. Nil for a new run.
    /// Throws `RunError.file`.
    public init(in folder: String, firstStep: Int? = nil) throws {
        let seconds = max(Int(Date().timeIntervalSince1970), (try Self.newest(in: folder) ?? 0) + 1)
        let name = Self.namePrefix + String(format: "%010d", seconds) + ".\(RunRecord.hostName).\(getpid())"
        writer = try asRunError { () throws(FileError) in try FileWriter(appendingTo: "\(folder)/\(name)") }
        try append(step: 0) { $0.fileVersion = Self.version }
        if let firstStep { try append(step: firstStep) { $0.sessionLog.status = .start } }
    }

    /// The seconds in the last name of an event file in `folder`; nil where there is none.
    private static func newest(in folder: String) throws(RunError) -> Int? {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw .file(.system(path: folder, operation: "list", code: access(folder, R_OK) == 0 ? EIO : errno))
        }
        return names.filter { $0.hasPrefix(namePrefix) }.compactMap { Int($0.dropFirst(namePrefix.count).prefix(10)) }.max()
    }

    /// Appends the numbers of a step by their tags, as 32-bit floats. Throws `RunError.file`; the file then ends with the record before.
    public func append(step: Int, scalars: [(tag: String, value: Double)]) throws {
        guard !scalars.isEmpty else { return }
        try append(step: step) { event in
            event.summary.value = scalars.map { scalar in
                var value = TensorBoardValue()
                (value.tag, value.simpleValue) = (scalar.tag, Float(scalar.value))
                return value
            }
        }
    }

    /// Appends a picture of one frame under `tag`. Throws `RunError.file`, and `MediaError` where it cannot be encoded.
    public func append(step: Int, tag: String, picture: PixelClip) throws {
        var value = TensorBoardValue()
        value.tag = tag
        (value.image.height, value.image.width, value.image.colorspace) = (Int32(picture.height), Int32(picture.width), 3)
        value.image.encodedImageString = Data(try PNG.encode(picture.pixels, height: picture.height, width: picture.width))
        try append(step: step) { $0.summary.value = [value] }
    }

    /// Makes all events last through a power failure; nothing is appended after it. Throws `RunError.file`.
    public func close() throws(RunError) {
        try asRunError { () throws(FileError) in try writer.synchronizeAndClose() }
    }

    private func append(step: Int, _ fill: (inout TensorBoardEvent) -> Void) throws {
        var event = TensorBoardEvent()
        (event.wallTime, event.step) = (Date().timeIntervalSince1970, Int64(step))
        fill(&event)
        let record = Self.record(try event.serializedBytes())
        do {
            try writer.append(record)
        } catch {
            try? writer.truncate(to: position)
            throw RunError.file(error)
        }
        position += record.count
    }

    /// `payload` as a record: its length, the masked checksum of that, itself, its masked checksum.
    public static func record(_ payload: [UInt8]) -> [UInt8] {
        let length = bytes(of: UInt64(payload.count))
        return length + bytes(of: CRC32C.masked(of: length)) + payload + bytes(of: CRC32C.masked(of: payload))
    }

    private static func bytes(of number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian, Array.init)
    }
}
