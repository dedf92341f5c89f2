internal import CMedia

extension VideoReader {
    /// Finds out where every frame of the file is, in one pass from its beginning.
    ///
    /// Where the bitstream tells the order of the frames exactly (H.264 of whole frames with sound time stamps) nothing is decoded;
    /// otherwise everything is. Both give the same index for an undamaged file. Throws `noFrames` where nothing can be decoded,
    /// and `unsupportedPixelFormat` where the pictures cannot be converted.
    public func makeIndex() throws(MediaError) -> VideoIndex {
        try requireKnownPixels()
        try rewind()
        if media_reader_inspects(reader), let index = try indexByInspection() { return index }
        try rewind()
        media_reader_decode_all(reader)
        return try indexByDecoding()
    }

    /// Throws `unsupportedPixelFormat` where the stream is known to have one.
    func requireKnownPixels() throws(MediaError) {
        guard !media_reader_converts(reader) else { return }
        throw .unsupportedPixelFormat(path: path, format: info.pixelFormat ?? "unknown")
    }

    /// nil where only decoding can tell.
    private func indexByInspection() throws(MediaError) -> VideoIndex? {
        var survey = PacketSurvey()
        var reported = media_reported_errors()
        while let packet = try read() {
            var picture = media_picture()
            let status = media_reader_inspect(reader, &picture)
            guard status == MEDIA_OK else { throw MediaError(status, path: path, operation: "parse it") }
            guard survey.add(packet, picture) else { return nil }
            reported = media_reported_errors()
        }
        return survey.index(info: info, endsEarly: media_reported_errors() != reported)
    }

    private func indexByDecoding() throws(MediaError) -> VideoIndex {
        var census = FrameCensus()
        let inspects = media_reader_inspects(reader)
        var number = 0, reported = media_reported_errors()
        while let packet = try read() {
            var picture: media_picture?
            if inspects {
                var found = media_picture()
                let status = media_reader_inspect(reader, &found)
                guard status == MEDIA_OK else { throw MediaError(status, path: path, operation: "parse it") }
                picture = found
            }
            census.add(packet, picture, pictureCount: Int(media_reader_picture_count(reader)))
            census.addErrors(try decode(number) { census.add($0) }, of: number)
            number += 1
            reported = media_reported_errors()
        }
        let endsEarly = media_reported_errors() != reported
        census.addErrors(try decode(nil) { census.add($0) }, of: nil)
        media_reader_flush(reader)
        guard let index = census.index(info: info, inspected: inspects, endsEarly: endsEarly) else { throw .noFrames(path: path) }
        return index
    }
}
