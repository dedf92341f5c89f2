import Augment
import Media

/// One view that a method wants of each sample of a stream.
public struct ViewRequest: Sendable {
    /// What the view shows.
    public enum Kind: Hashable, Sendable {
        /// Pictures, `[3, T, H, W]`.
        case rgb
        /// Half the difference to the next frame of the video, `[3, T, H, W]`: levels trunc((I_t - I_{t+1} + 255) / 2), taken
        /// before any resize (temporal-gradient card). No motion is 127.
        case temporalGradient
        /// The codec's motion vectors, `[2, T, H, W]`, x before y, with a mask in the batch (`StreamBatch.mask`).
        case motionVectors(MotionVectors)
        /// How pictures are made of blocks, by squares of so many view pixels, `[2, T, H, W]`: the side of the square that is as large as
        /// the block (16 for a whole macroblock; 0 where it is not predicted), and its quantizer (-1 where the decoder tells none). The
        /// mask in the batch (`StreamBatch.mask`) is 1 where the picture is predicted.
        case blocks(cellSide: Int)
        /// What is left of each picture when an earlier one is moved along the vectors and taken away, `[3, T, H, W]`: differences
        /// plus 128, cut to 0 ... 255 (compressed-domain card, C.6). Nothing left is 128, as in all of an intra picture. The mask in
        /// the batch (`StreamBatch.mask`) is 0, and the view 128, in frames that vectors lead to which cannot be trusted.
        case residual(Residual)
        /// Sound from the time of the first frame on, `[1, S]` at 16,000 samples a second, with its presence in the batch
        /// (`StreamBatch.presence`).
        case waveform(Sound)
        /// The same sound as a log-mel picture, `[1, 40, P]` (`LogMel`).
        case logMel(Sound)
        /// Vectors of the clip's frames that were computed before (`FeatureSource`), `[features, T, 1, 1]`, zeros behind the last, with a
        /// mask in the batch (`StreamBatch.mask`) that is 1 where there is a frame, and their times among the placements.
        case stored(StoredVectors)
    }

    /// Vectors of frames that were computed before.
    public struct StoredVectors: Hashable, Sendable {
        /// Values of a vector.
        public var features: Int
        /// T, the number of frames at most; of more these are taken at even distances.
        public var length: Int

        /// Vectors; see the properties.
        public init(features: Int, length: Int) {
            self.features = features
            self.length = length
        }
    }

    /// Sound of a clip.
    public struct Sound: Hashable, Sendable {
        /// What becomes of a clip whose file has no sound.
        public enum Absence: Sendable {
            /// It is left out and noted, which counts as no damage; so is a clip at a time when the file's sound is over.
            case leftOut
            /// It is silent, and its presence is 0.
            case silent
        }

        /// How long the sound is, in seconds.
        public var seconds: Double
        /// What becomes of a clip whose file has no sound.
        public var absence: Absence

        /// Sound; see the properties.
        public init(seconds: Double = 2, absence: Absence = .leftOut) {
            self.seconds = seconds
            self.absence = absence
        }

        /// S, the number of samples.
        public var samples: Int { Int((seconds * Double(LogMel.sampleRate)).rounded()) }
    }

    /// Which picture is moved and taken away.
    public enum Residual: Sendable {
        /// The one that the picture's vectors refer to.
        case oneStep
        /// The intra picture before it, along all vectors since then.
        case accumulated
    }

    /// How motion vectors are shown.
    public struct MotionVectors: Hashable, Sendable {
        /// What a vector points at.
        public enum Sign: Float, Sendable {
            /// From where the content is to where it was, as codecs have it.
            case codec = 1
            /// From where the content was to where it is, as optical flow has it.
            case flow = -1
        }

        /// What the vectors lead to.
        public enum Form: Sendable {
            /// Pixels a frame: divided by the distance to the picture that is referred to, the mean of both directions.
            case perFrame
            /// As they are coded, towards earlier pictures alone: what CoViAR and its successors read.
            case coded
            /// To the intra picture before, along all vectors since then, in whole pixels (compressed-domain card, C.5). The mask is 0
            /// in frames to which vectors lead that cannot be trusted.
            case accumulated
        }

        /// What the vectors lead to.
        public var form: Form
        /// The side of the squares of view pixels that have one vector each: 1 for every pixel, 16 for macroblocks.
        public var cellSide: Int
        /// What a vector points at.
        public var sign: Sign
        /// Whether vectors are scaled and turned round with the pictures.
        public var scaling: VectorScaling

        /// Vectors; see the properties.
        public init(
            form: Form = .perFrame, cellSide: Int = 1, sign: Sign = .codec, scaling: VectorScaling = .withPixels
        ) {
            self.form = form
            self.cellSide = cellSide
            self.sign = sign
            self.scaling = scaling
        }
    }

    /// What the values are.
    public enum Values: Sendable {
        /// Levels less their mean, by their deviation.
        case normalized
        /// Levels, 0 ... 255: for a `Method.transform` that comes before normalisation, which the loop does after it.
        case levels
    }

    /// What becomes of a clip whose codec has no motion vectors, where the view shows them, blocks or residuals.
    public enum Absence: Sendable {
        /// It is left out and noted, which counts as no damage.
        case leftOut
        /// The mask is 0 throughout.
        case invalid
    }

    /// Operations on the pixels.
    public enum Photometry: Sendable {
        case none
        /// A draw of its own.
        case drawn(StrongAugmentation)
        /// The operations that were drawn for an earlier view.
        case same(as: String)
    }

    /// Where the view's pixels come from.
    public enum Source: Sendable {
        /// Frames of a window, cropped and resized.
        case clip(Window, Geometry)
        /// The pixels of an earlier view of the same sample: same frames, same crop, same mirroring.
        case view(String)
        /// What was computed before.
        case stored

        /// A window and a random geometry of its own: the weak view.
        public static func weak(_ window: TemporalWindow, _ augmentation: WeakAugmentation) -> Source {
            .clip(.drawn(window), .random(augmentation))
        }

        /// A window and a fixed crop: views for testing. `crop` counts along the long side.
        public static func evaluation(_ window: TemporalWindow, _ crops: EvaluationCrops, crop: Int) -> Source {
            .clip(.drawn(window), .evaluation(crops, crop: crop))
        }

        /// The frames and the geometry of an earlier view: for another kind of the same clip.
        public static func aligned(with view: String) -> Source { .clip(.same(as: view), .same(as: view)) }
    }

    /// The frames that a view shows.
    public enum Window: Sendable {
        /// A draw of its own.
        case drawn(TemporalWindow)
        /// A window that the stream's sampler drew together with others.
        case sampled(Int)
        /// Those of an earlier view.
        case same(as: String)
        /// `length` frames one by one, of which the first is `gap` + 1 frames behind the last of an earlier view. That view is drawn
        /// such that they fit, where the video is long enough.
        case following(String, gap: Int, length: Int)
        /// One keyframe, drawn from those up to `margin` frames before or behind an earlier view; where there is none, the nearest.
        case keyframe(near: String, margin: Int)
    }

    /// The part of the picture that a view shows.
    public enum Geometry: Sendable {
        /// A draw of its own.
        case random(WeakAugmentation)
        /// A fixed crop.
        case evaluation(EvaluationCrops, crop: Int)
        /// That of an earlier view.
        case same(as: String)
    }

    /// The name under which the batch holds the view.
    public let name: String
    /// What the view shows.
    public let kind: Kind
    /// What its values are.
    public let values: Values
    /// Where its window and geometry come from.
    public let source: Source
    /// Operations on the pixels.
    public let photometry: Photometry
    /// What becomes of a clip whose codec has no motion vectors.
    public let absence: Absence

    /// A view; see the properties.
    public init(
        name: String, kind: Kind = .rgb, values: Values = .normalized, source: Source, photometry: Photometry = .none,
        absence: Absence = .leftOut
    ) {
        self.name = name
        self.kind = kind
        self.values = values
        self.source = source
        self.photometry = photometry
        self.absence = absence
    }
}

extension ViewRequest.Kind {
    /// What it is called in messages.
    var name: String {
        switch self {
        case .rgb: "rgb"
        case .temporalGradient: "temporal gradient"
        case .motionVectors: "motion vectors"
        case .blocks: "blocks"
        case .residual: "residual"
        case .waveform: "waveform"
        case .logMel: "log-mel"
        case .stored: "stored features"
        }
    }

    /// The sound that is heard; nil for what is seen.
    var sound: ViewRequest.Sound? {
        switch self {
        case .waveform(let sound), .logMel(let sound): sound
        default: nil
        }
    }

    /// The side of the squares that have one value each, and a mask: of vectors and of what belongs to them.
    var cellSide: Int? {
        switch self {
        case .motionVectors(let vectors): vectors.cellSide
        case .blocks(let cellSide): cellSide
        default: nil
        }
    }

    /// Whether it shows motion vectors, or what is made with them; the batch then has a mask beside the view.
    var showsVectors: Bool {
        if case .residual = self { true } else { cellSide != nil }
    }

    /// The vectors that were computed before; nil for what is decoded.
    var stored: ViewRequest.StoredVectors? { if case .stored(let vectors) = self { vectors } else { nil } }

    /// Whether the batch has a mask beside the view.
    var hasMask: Bool { showsVectors || stored != nil }

    /// Values of a place: red, green and blue, x and y, or one.
    var channels: Int { stored?.features ?? (sound != nil ? 1 : cellSide != nil ? 2 : 3) }

    /// How levels become what networks see, where `pictures` is how those of pictures do.
    func normalization(_ pictures: ChannelNormalization) -> ChannelNormalization {
        if case .residual = self { .residual } else { pictures }
    }
}
