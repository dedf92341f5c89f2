/// Small letters for pictures: a font of 3 x 5 squares.
enum Lettering {
    /// Pixels along the side of a square.
    private static let square = 2
    /// Rows of pixels that a line takes, with the space above and below it.
    static let lineHeight = 5 * square + 6
    /// Columns of pixels from one letter to the next.
    private static let advance = 4 * square

    /// The five rows of each letter, as octal digits whose bits are squares from left to right.
    private static let rows: [Character: String] = [
        "A": "25755", "B": "65656", "C": "34443", "D": "65556", "E": "74647", "F": "74644", "G": "34553", "H": "55755",
        "I": "72227",
        "J": "11152", "K": "55655", "L": "44447", "M": "57555", "N": "65555", "O": "25552", "P": "65644", "Q": "25563",
        "R": "65655",
        "S": "34216", "T": "72222", "U": "55557", "V": "55552", "W": "55575", "X": "55255", "Y": "55222", "Z": "71247",
        "0": "75557",
        "1": "26227", "2": "71747", "3": "71717", "4": "55711", "5": "74717", "6": "74757", "7": "71111", "8": "75757",
        "9": "75717",
        " ": "00000", ".": "00002", ",": "00024", ":": "02020", ";": "02024", "-": "00700", "_": "00007", "/": "11244",
        "(": "24442",
        ")": "21112", "%": "51245", "+": "02720", "=": "07070", "'": "22000", "*": "05250",
    ]

    /// Columns of pixels that a text takes.
    static func width(of text: String) -> Int { advance * text.count }

    /// Draws `text` in black from the left, in capitals, as far as it fits into a canvas of so many columns of RGB samples; of one that
    /// is longer the end is shown. What the font does not have is a `*`.
    static func draw(_ text: String, top: Int, into canvas: inout [UInt8], width: Int) {
        let letters = Array(text.uppercased()), room = max(0, width / advance)
        let shown = letters.count <= room ? letters : Array("..." + letters.suffix(max(0, room - 3))).prefix(room).map(\.self)
        for (number, letter) in shown.enumerated() {
            for (row, digit) in (rows[letter] ?? rows["*"] ?? "").enumerated() {
                let bits = digit.wholeNumberValue ?? 0
                for column in 0..<3 where bits & (4 >> column) != 0 {
                    fill(top + 3 + row * square, number * advance + column * square, of: &canvas, width: width)
                }
            }
        }
    }

    private static func fill(_ top: Int, _ left: Int, of canvas: inout [UInt8], width: Int) {
        for y in top..<top + square {
            let start = 3 * (y * width + left)
            canvas.replaceSubrange(start..<start + 3 * square, with: repeatElement(0, count: 3 * square))
        }
    }
}
