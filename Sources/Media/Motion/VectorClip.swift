/// Motion vectors of frames, by square cells.
public struct VectorClip: Sendable, Equatable {
    /// Pixels along the side of a cell: libavcodec's decoders give out no blocks smaller than 8 x 8.
    public private(set) var cellSide = 8
    /// T, the number of frames.
    public private(set) var frames: Int
    /// The pictures' size in pixels.
    public private(set) var height: Int, width: Int
    /// `[T, rows, columns, 2]` in row-major order: pixels to the right and down from where the content of a cell is to where it was
    /// in the picture that it is predicted from. A camera that pans to the right by 2 pixels a frame gives (2, 0).
    public var vectors: [Float]
    /// `[T, rows, columns]`: 1 where a cell has a vector, 0 where it is coded without one or the vector cannot be trusted.
    public var validity: [UInt8]
    /// `[T]`: false for a frame all of whose vectors cannot be trusted, such as one of two fields, or that has none at all because nobody
    /// gives them out. What a trusted frame has no vector for is coded without one.
    public var isTrusted: [Bool]

    /// A clip without vectors.
    public init(frames: Int = 0, height: Int = 0, width: Int = 0) {
        precondition(frames >= 0 && height >= 0 && width >= 0, "a clip of \(frames) frames, \(height) x \(width)")
        (self.frames, self.height, self.width) = (0, 0, 0)
        (vectors, validity, isTrusted) = ([], [], [])
        resize(frames: frames, height: height, width: width)
    }

    /// Takes another shape, without allocating where the cells fit. What they hold afterwards is unspecified; all frames are trusted.
    public mutating func resize(frames: Int, height: Int, width: Int, cellSide: Int = 8) {
        (self.frames, self.height, self.width, self.cellSide) = (frames, height, width, cellSide)
        let cells = frames * cellsPerFrame
        func fit<Element>(_ array: inout [Element], _ count: Int, _ filler: Element) {
            if array.count > count {
                array.removeLast(array.count - count)
            } else {
                array.append(contentsOf: repeatElement(filler, count: count - array.count))
            }
        }
        fit(&vectors, 2 * cells, 0)
        fit(&validity, cells, 0)
        fit(&isTrusted, frames, true)
        for frame in isTrusted.indices { isTrusted[frame] = true }
    }

    /// Rows of cells.
    public var rows: Int { (height + cellSide - 1) / cellSide }
    /// Columns of cells.
    public var columns: Int { (width + cellSide - 1) / cellSide }
    /// Cells of one frame.
    public var cellsPerFrame: Int { rows * columns }

    /// Where a cell's content was, from where it is; nil where it has no vector.
    public subscript(frame: Int, row: Int, column: Int) -> (x: Float, y: Float)? {
        let cell = frame * cellsPerFrame + row * columns + column
        return validity[cell] == 0 ? nil : (vectors[2 * cell], vectors[2 * cell + 1])
    }
}
