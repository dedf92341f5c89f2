// Updates in place, for the owners of parameters and running averages. No record may still need the old values.

extension Tensor {
    /// Overwrites the elements with those of `other`, converted; the shapes are equal.
    public func overwrite(with other: Tensor) {
        precondition(shape == other.shape, "\(other.shape) does not fit \(shape)")
        Engine.backend.convert(other.array, into: array)
    }

    /// Adds `other`, in this memory where nothing else refers to it.
    mutating func accumulate(_ other: Tensor) {
        guard array.isDense, other.elementType == elementType, other.shape == shape else {
            self = (self + other).converted(to: elementType)
            return
        }
        if !array.isUniquelyReferenced() { array = copied().array }
        let aligned = other.array.hasStrides(array.strides) ? other : other.laidOut(like: self)
        Engine.backend.accumulate(aligned.array, into: array)
    }

    /// this = decay this + (1 - decay) other.
    public func moveTowards(_ other: Tensor, decay: Double) {
        Engine.backend.movingAverage(other.array, decay: decay, into: array)
    }

    /// One step of stochastic gradient descent on this, with its gradient and velocity of the same layout.
    public func descend(gradient: Tensor, velocity: Tensor, _ step: GradientDescentStep, average: Average? = nil) {
        Engine.backend.gradientDescent(
            array, gradient: aligned(gradient).array, velocity: velocity.array, step, average: average?.following)
    }

    /// One step of AdamW on this, with its gradient and the running means of the gradient and of its square, of the same layout.
    public func descend(
        gradient: Tensor, firstMoment: Tensor, secondMoment: Tensor, _ step: AdaptiveMomentsStep, average: Average? = nil
    ) {
        Engine.backend.adaptiveMoments(
            array, gradient: aligned(gradient).array, firstMoment: firstMoment.array, secondMoment: secondMoment.array, step,
            average: average?.following)
    }

    /// One step of LARS on this, with its gradient and velocity of the same layout. `trustCoefficient` nil: the rate is that of
    /// `step` whatever the norms are.
    public func descendLayerwise(
        gradient: Tensor, velocity: Tensor, trustCoefficient: Double?, _ step: GradientDescentStep, average: Average? = nil
    ) {
        Engine.backend.layerwiseDescent(
            array, gradient: aligned(gradient).array, velocity: velocity.array, trustCoefficient: trustCoefficient, step,
            average: average?.following)
    }

    /// A tensor of the same shape and layout that follows this one in the pass that moves it:
    /// value = decay value + (1 - decay) this.
    public struct Average {
        let following: FollowingAverage

        /// An average that keeps `decay` of itself.
        public init(_ value: Tensor, decay: Double) { following = FollowingAverage(values: value.array, decay: decay) }
    }

    private func aligned(_ gradient: Tensor) -> Tensor { gradient.laidOut(as: self) }

    /// The same values, laid out as those of `other`, which has the shape.
    package func laidOut(as other: Tensor) -> Tensor { array.hasStrides(other.array.strides) ? self : laidOut(like: other) }

    private func laidOut(like other: Tensor) -> Tensor {
        let copy = Tensor.uninitialized(shape, elementType, strides: other.array.layout)
        Engine.backend.convert(array, into: copy)
        return Tensor(copy)
    }
}
