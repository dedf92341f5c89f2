import Files
import Foundation
import Networks
import TestSupport
import Testing

private func tensor(_ name: String, _ type: StoredType, _ shape: [Int]) -> StoredTensor {
    let count = shape.reduce(type.size, *)
    return StoredTensor(
        name: name, type: type, shape: shape, bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + name.utf8.count) })
}

/// A file of a header as given and `data` bytes.
private func file(_ folder: TemporaryFolder, header: String, data: Int, claimed: Int? = nil) throws -> String {
    let header = Array(header.utf8)
    let length = claimed ?? header.count
    let bytes =
        (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + header + (0..<data).map { UInt8(truncatingIfNeeded: $0) }
    try AtomicFile.write(bytes, to: folder("a.safetensors"))
    return folder("a.safetensors")
}

private func entry(_ name: String, _ begin: Int, _ end: Int, type: String = "U8", shape: String? = nil) -> String {
    "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape ?? "[\(end - begin)]"),\"data_offsets\":[\(begin),\(end)]}"
}

private func error(header: String, data: Int, claimed: Int? = nil) throws -> WeightsError? {
    let folder = try TemporaryFolder()
    let path = try file(folder, header: header, data: data, claimed: claimed)
    return #expect(throws: WeightsError.self) { try SafetensorsFile(opening: path).contents() }
}

@Suite struct SafetensorsTests {
    @Test func everyTypeAndShapeReadsBack() throws {
        let folder = try TemporaryFolder()
        var tensors = StoredType.allCases.map { tensor("layer.\($0.rawValue)", $0, [2, 3]) }
        tensors += [tensor("scalar", .float32, []), tensor("empty", .float64, [0, 4]), tensor("ä \"quoted\"\n", .uint8, [5])]
        let metadata = ["format": "pt", "note": "{\"a\":1}"]
        let digest = try SafetensorsFile.write(tensors.shuffled(), metadata: metadata, to: folder("a.safetensors"))
        let read = try SafetensorsFile(opening: folder("a.safetensors")).contents()
        #expect(read.metadata == metadata && read.tensors.count == tensors.count)
        for tensor in tensors { #expect(read[tensor.name] == tensor, "\(tensor.name)") }
        let bytes = try FileReader.bytes(of: folder("a.safetensors"))
        #expect(read.digest == digest && digest == SHA256.hexadecimal(of: bytes))
    }

    @Test func theOrderOfTheTensorsDoesNotChangeTheFile() throws {
        let folder = try TemporaryFolder()
        let tensors = [tensor("b", .float32, [3]), tensor("a", .uint8, [1]), tensor("c", .float64, [2])]
        let one = try SafetensorsFile.write(tensors, metadata: ["x": "1", "y": "2"], to: folder("a"))
        #expect(try SafetensorsFile.write(tensors.reversed(), metadata: ["y": "2", "x": "1"], to: folder("a")) == one)
        #expect(try SafetensorsFile(opening: folder("a")).names == ["c", "b", "a"])
    }

    /// Written by the reference implementation: `safetensors.numpy.save({"w": arange(6, float32).reshape(2, 3),
    /// "n": array([7], int64)}, {"made": "here"})`, version 0.8.0;
    /// the digest is that of its bytes.
    @Test func aFileOfTheReferenceImplementationReads() throws {
        let folder = try TemporaryFolder()
        let header =
            #"{"__metadata__":{"made":"here"},"n":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},"#
            + #""w":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]}}"#
        let padded = Array(header.utf8) + Array(repeating: 0x20, count: (8 - header.utf8.count % 8) % 8)
        let numbers = (0..<6).flatMap { index in withUnsafeBytes(of: Float(index).bitPattern.littleEndian) { Array($0) } }
        try AtomicFile.write(
            [UInt8(padded.count), 0, 0, 0, 0, 0, 0, 0] + padded + [7, 0, 0, 0, 0, 0, 0, 0] + numbers, to: folder("a"))
        let read = try SafetensorsFile(opening: folder("a")).contents()
        #expect(read["w"] == StoredTensor(name: "w", type: .float32, shape: [2, 3], bytes: numbers))
        #expect(read["n"]?.bytes.first == 7 && read.metadata == ["made": "here"] && read["x"] == nil)
        #expect(read.digest == "713d336cf9c7b38ef19cd7283a68d47eac5530274801cf204b50c4baf5e2efaa")
        #expect(try SafetensorsFile.write(read.tensors, metadata: read.metadata, to: folder("b")) == read.digest)
    }

    @Test func oneTensorCanBeReadAlone() throws {
        let folder = try TemporaryFolder()
        let wanted = tensor("b", .int32, [4])
        try SafetensorsFile.write([tensor("a", .float64, [9]), wanted], to: folder("a"))
        let file = try SafetensorsFile(opening: folder("a"))
        #expect(try file.tensor("b") == wanted)
        #expect(throws: WeightsError.missingTensor(path: folder("a"), tensor: "c")) { try file.tensor("c") }
    }

    @Test func aFileWithoutTensorsReads() throws {
        let folder = try TemporaryFolder()
        try SafetensorsFile.write([], to: folder("a"))
        #expect(try SafetensorsFile(opening: folder("a")).names == [])
    }
}

@Suite struct SafetensorsErrorTests {
    @Test func headerOverTheLimit() throws {
        #expect(
            try error(header: "{}", data: 0, claimed: 100_000_001).map { if case .headerTooLong = $0 { true } else { false } }
                == true)
        #expect(try error(header: "{}", data: 0, claimed: -1)?.description.contains("18446744073709551615") == true)
    }

    @Test(arguments: [0, 3, 7, 9, 20])
    func truncatedHeader(length: Int) throws {
        let folder = try TemporaryFolder()
        let path = try file(folder, header: "{\(entry("a", 0, 4))}", data: 4)
        try AtomicFile.write(try FileReader.bytes(of: path).prefix(length), to: path)
        #expect(throws: WeightsError.self) { try SafetensorsFile(opening: path) }
    }

    @Test func truncatedAndTrailingBytes() throws {
        let header = "{\(entry("a", 0, 4))}"
        let length = 8 + header.utf8.count
        for (data, text) in [(3, "truncated"), (5, "followed by other bytes")] {
            let found = try error(header: header, data: data)
            guard case .wrongLength(_, length + data, length + 4) = found else {
                Issue.record("\(String(describing: found))")
                continue
            }
            #expect(found?.description.contains(text) == true)
        }
    }

    @Test(arguments: [" {}", "[]", "{", "{\"a\":1}x", "", "{\"\\u0000\":{}}"])
    func malformedHeader(header: String) throws {
        guard case .malformedHeader = try error(header: header, data: 0) else {
            Issue.record("\(header)")
            return
        }
    }

    @Test func headerThatIsNoUTF8() throws {
        let folder = try TemporaryFolder()
        try AtomicFile.write([4, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0xFF, 0xFE, 0x7D], to: folder("a"))
        #expect(throws: WeightsError.malformedHeader(path: folder("a"), reason: "expected UTF-8 text")) {
            try SafetensorsFile(opening: folder("a"))
        }
    }

    @Test func namesThatStandTwice() throws {
        for header in [
            "{\(entry("a", 0, 4)),\(entry("a", 4, 8))}", "{\(entry("a", 0, 4)),\(entry("\\u0061", 4, 8))}",
            #"{"a":{"dtype":"U8","dtype":"U8","shape":[8],"data_offsets":[0,8]}}"#,
            #"{"__metadata__":{"x":"1","x":"2"},"# + entry("a", 0, 8) + "}",
        ] {
            guard case .repeatedName = try error(header: header, data: 8) else {
                Issue.record("\(header)")
                continue
            }
        }
    }

    @Test(arguments: [
        #"{"a":7}"#, #"{"a":{"dtype":"U8","shape":[8]}}"#, #"{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8],"more":1}}"#,
        #"{"a":{"dtype":"U8","shape":[-8],"data_offsets":[0,8]}}"#, #"{"a":{"dtype":"U8","shape":[8.0],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"U8","shape":8,"data_offsets":[0,8]}}"#, #"{"a":{"dtype":"U8","shape":[8],"data_offsets":[8,0]}}"#,
        #"{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8,9]}}"#,
        #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"U8","shape":[0,9223372036854775807,9223372036854775807],"data_offsets":[0,0]}}"#,
        #"{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,8],"data_offsets":[0,8]}}"#,
    ])
    func malformedEntry(header: String) throws {
        let found = try error(header: header, data: 8)
        guard case .malformedEntry(_, "a", _, _, _) = found else {
            Issue.record("\(String(describing: found))")
            return
        }
    }

    @Test(arguments: [#"{"__metadata__":7}"#, #"{"__metadata__":{"a":7}}"#])
    func metadataThatIsNoText(header: String) throws {
        #expect(try error(header: header, data: 0)?.description.contains("__metadata__") == true)
    }

    @Test(arguments: ["F8_E4M3", "BOOL", "f32", ""])
    func unsupportedType(type: String) throws {
        let found = try error(header: "{\(entry("a", 0, 8, type: type))}", data: 8)
        guard case .unsupportedType(_, "a", type) = found else {
            Issue.record("\(String(describing: found))")
            return
        }
        #expect(found?.description.contains("F64, F32, F16, BF16, I64, I32, U8") == true)
    }

    @Test func wrongSizeHoleAndOverlap() throws {
        guard case .wrongSize(_, "a", 8, 12) = try error(header: "{\(entry("a", 0, 8, type: "F32", shape: "[3]"))}", data: 8),
            case .hole(_, "b", 5, 4) = try error(header: "{\(entry("a", 0, 4)),\(entry("b", 5, 8))}", data: 8),
            case .hole(_, "a", 1, 0) = try error(header: "{\(entry("a", 1, 8))}", data: 8),
            case .overlap(_, "b", 3, 4) = try error(header: "{\(entry("b", 3, 8)),\(entry("a", 0, 4))}", data: 8)
        else {
            Issue.record("another error")
            return
        }
    }

    @Test func everyFlippedHeaderBitIsNoticedOrChangesTheDigest() throws {
        let folder = try TemporaryFolder()
        let path = folder("a")
        let digest = try SafetensorsFile.write(
            [tensor("a", .float32, [2]), tensor("b", .uint8, [3])], metadata: ["k": "v"], to: path)
        let bytes = try FileReader.bytes(of: path)
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        func replace(_ index: Int, by byte: UInt8) throws {
            try handle.seek(toOffset: UInt64(index))
            try handle.write(contentsOf: [byte])
        }
        for bit in 0..<(bytes.count * 8) {
            try replace(bit / 8, by: bytes[bit / 8] ^ (1 << (bit % 8)))
            defer { try? replace(bit / 8, by: bytes[bit / 8]) }
            if let read = try? SafetensorsFile(opening: path).contents() { #expect(read.digest != digest, "bit \(bit)") }
        }
    }

    @Test func everyTruncationIsNoticed() throws {
        let folder = try TemporaryFolder()
        let path = folder("a")
        try SafetensorsFile.write([tensor("a", .float32, [2])], to: path)
        let bytes = try FileReader.bytes(of: path)
        for length in (0..<bytes.count).reversed() {
            #expect(truncate(path, length) == 0)
            #expect(throws: WeightsError.self, "\(length) bytes") { try SafetensorsFile(opening: path) }
        }
    }

    @Test func filesThatAreNoFiles() throws {
        let folder = try TemporaryFolder()
        let missing = #expect(throws: WeightsError.self) { try SafetensorsFile(opening: folder("none")) }
        #expect(missing == .file(.missing(path: folder("none"))) && missing?.exitCode == .inputMissing)
        #expect(throws: WeightsError.file(.notAFile(path: folder.path))) { try SafetensorsFile(opening: folder.path) }
        #expect(mkfifo(folder("fifo"), 0o600) == 0)
        #expect(throws: WeightsError.file(.notAFile(path: folder("fifo")))) { try SafetensorsFile(opening: folder("fifo")) }
    }

    @Test func writingFailsWithTheOldFileUntouched() throws {
        let folder = try TemporaryFolder()
        let full = #expect(throws: WeightsError.self) { try SafetensorsFile.write([], to: folder("none/a")) }
        #expect(full?.exitCode == .inputOutput)
        let old = try SafetensorsFile.write([tensor("a", .uint8, [4])], to: folder("a"))
        #expect(throws: WeightsError.repeatedName(path: folder("a"), name: "b")) {
            try SafetensorsFile.write([tensor("b", .uint8, [4]), tensor("b", .uint8, [4])], to: folder("a"))
        }
        #expect(throws: WeightsError.repeatedName(path: folder("a"), name: "__metadata__")) {
            try SafetensorsFile.write([tensor("__metadata__", .uint8, [4])], to: folder("a"))
        }
        #expect(try SafetensorsFile(opening: folder("a")).contents().digest == old)
    }
}
