extension Tensor {
    /// `body` of this value, whose inner values are not kept: the backward pass computes them again (Chen et al. 2016).
    ///
    /// `body` is told whether it runs again, and gives the same values then.
    public func recomputing(_ body: @escaping (_ x: Tensor, _ isAgain: Bool) -> Tensor) -> Tensor {
        guard GradientRecording.isOn else { return body(self, false) }
        let (x, wantsGradient) = (unrecorded, requiresGradient)
        let y = GradientRecording.$isOn.withValue(false) { body(x, false) }
        let node = Node("recomputed", y.elementType, inputs: [node], reachesHiddenLeaves: true) { dy in
            let start = wantsGradient ? x.requiringGradient() : x
            let again = GradientRecording.$isOn.withValue(true) { body(start, true) }
            if let end = again.node { Tensor.propagate(from: end, dy) }
            return [start.gradient]
        }
        return Tensor(y.array, node: node)
    }
}
