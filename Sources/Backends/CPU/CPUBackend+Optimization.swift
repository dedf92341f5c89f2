internal import CKernels

// One pass over the values of a parameter and what its optimiser remembers of it.
extension CPUBackend {
    func gradientDescent(
        _ weight: StridedArray, gradient: StridedArray, velocity: StridedArray, _ step: GradientDescentStep,
        average: FollowingAverage?
    ) {
        var settings = settings(weight, gradient, velocity, step, average)
        kernels.pointee.sgd(weight.elementType.kernelType, &settings)
    }

    func adaptiveMoments(
        _ weight: StridedArray, gradient: StridedArray, firstMoment: StridedArray, secondMoment: StridedArray,
        _ step: AdaptiveMomentsStep, average: FollowingAverage?
    ) {
        requireOneLayout(weight, gradient, firstMoment, secondMoment)
        var settings = adamw_step(
            count: Int64(weight.count), weight: weight.address, first_moment: firstMoment.address,
            second_moment: secondMoment.address, gradient: gradient.address, gradient_scale: step.gradientScale,
            learning_rate: step.learningRate, beta1: step.firstDecay, beta2: step.secondDecay, epsilon: step.epsilon,
            weight_decay: step.weightDecay, number: Int64(step.number), follower: follower(average, of: weight))
        kernels.pointee.adamw(weight.elementType.kernelType, &settings)
    }

    func layerwiseDescent(
        _ weight: StridedArray, gradient: StridedArray, velocity: StridedArray, trustCoefficient: Double?,
        _ step: GradientDescentStep, average: FollowingAverage?
    ) {
        var settings = settings(weight, gradient, velocity, step, average)
        if let trustCoefficient {
            var (weights, gradients) = (0.0, 0.0)
            kernels.pointee.lars_sums(weight.elementType.kernelType, &settings, &weights, &gradients)
            if weights > 0, gradients > 0 { settings.learning_rate *= trustCoefficient * (weights / gradients).squareRoot() }
        }
        kernels.pointee.lars(weight.elementType.kernelType, &settings)
    }

    func movingAverage(_ x: StridedArray, decay: Double, into y: StridedArray) {
        requireComputable(x, y)
        precondition(x.isDense && y.hasStrides(x.strides), "a moving average runs over dense arrays of one layout")
        kernels.pointee.moving_average(x.elementType.kernelType, Int64(x.count), decay, x.address, y.address)
    }

    private func settings(
        _ weight: StridedArray, _ gradient: StridedArray, _ velocity: StridedArray, _ step: GradientDescentStep,
        _ average: FollowingAverage?
    ) -> optimizer_step {
        requireOneLayout(weight, gradient, velocity)
        return optimizer_step(
            count: Int64(weight.count), weight: weight.address, velocity: velocity.address, gradient: gradient.address,
            gradient_scale: step.gradientScale, learning_rate: step.learningRate, momentum: step.momentum,
            weight_decay: step.weightDecay, nesterov: step.usesNesterov, follower: follower(average, of: weight))
    }

    private func follower(_ average: FollowingAverage?, of weight: StridedArray) -> follower {
        guard let average else { return CKernels.follower() }
        requireOneLayout(weight, average.values)
        return CKernels.follower(average: average.values.address, decay: average.decay)
    }

    private func requireOneLayout(_ weight: StridedArray, _ others: StridedArray...) {
        precondition(
            weight.elementType.isComputable && weight.isDense
                && others.allSatisfy { $0.elementType == weight.elementType && $0.hasStrides(weight.strides) },
            "a parameter, its gradient and what is remembered of it are dense, of one type and of one layout")
    }
}
