internal import CMedia

/// Sound of a span of time: one channel.
public struct SoundSpan: Sendable, Equatable {
    /// Samples in -1 ... 1; 0 where the file has none.
    public let samples: [Float]
    /// How many of them the file has.
    public let present: Int
    /// Errors that the decoder reported on the way.
    public let errors: Int

    /// A span; see the properties.
    public init(samples: [Float], present: Int, errors: Int = 0) {
        self.samples = samples
        self.present = present
        self.errors = errors
    }
}

extension VideoReader {
    /// The sound from `start` seconds of the file's time on: `count` samples at `rate` samples a second, all channels in one.
    ///
    /// Throws `noSound` where the file has none at all, and why it cannot be read.
    public func sound(from start: Double, count: Int, rate: Int) throws(MediaError) -> SoundSpan {
        precondition(count > 0 && rate > 0 && start.isFinite, "\(count) samples at \(rate) a second from \(start)")
        var report = media_sound_report(), status = MEDIA_OK
        let samples = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            status = media_reader_read_sound(reader, start, Int32(rate), Int32(count), buffer.baseAddress, &report)
            initialized = count
        }
        nextPacket = nil
        guard status == MEDIA_OK else { throw MediaError(status, path: path, operation: "read its sound") }
        return SoundSpan(samples: samples, present: Int(report.present), errors: Int(report.errors))
    }
}
