"""A model of the network on the masks of one face: what superpixels do alone and in pairs.

    kernel = learn_kernel(masks, targets)
    surrogate = Surrogate(masks, targets, kernel)
    surrogate.predict(masks)            # the network's predictions, without a call of the network
    surrogate.local_model(sizes)        # a weighted regression of them on all masks
    surrogate.together()[3, 8]          # what superpixels 3 and 8 add together beyond their sum

A Gaussian process (Rasmussen & Williams 2006, sections 2.2 and 5.4) on signs s in {-1, 1}, with the
kernel exp(Σ bᵢ sᵢ s'ᵢ), which is a product, Π (1 + θᵢ sᵢ s'ᵢ) with θᵢ = tanh bᵢ, up to a constant.
On masks it equals the Gaussian kernel with a length scale for each superpixel. Multiplied out, it
holds every product of signs, so what one superpixel or a pair contributes follows in closed form.

The masks are complementary pairs. Half the sum of the two predictions holds the products of an even
number of signs, half their difference those of an odd number: two smaller problems, with kernels
cosh and sinh. scikit-learn's GaussianProcessRegressor has neither the two halves nor the
leave-one-pair-out predictions, and takes several times as long. ShaplEIG (arXiv 2606.02247) has the
same product kernel and chooses its masks by it, OddSHAP (arXiv 2602.01399) the odd half alone;
benchmarks/games.md compares them.
"""
from typing import NamedTuple

import numpy as np
from scipy.linalg import lapack
from scipy.optimize import minimize
from scipy.special import comb
from threadpoolctl import threadpool_limits

ITERATIONS = 10  # of L-BFGS: 20 give 0.003 more R² at 1,000 samples, in twice the time
TYPICAL = np.log(0.02)  # prior mean of log bᵢ; the deviation is 1: keeps weak superpixels weak
LEAST = 1e-8  # share of the targets' variance: keeps an additive network's empty half solvable
ALIKE = 1e-6  # smaller differences between predictions are float32 rounding


class Kernel(NamedTuple):
    """What the evidence decides about."""
    scales: np.ndarray  # float64 (superpixels,), bᵢ: how much depends on each superpixel
    variances: np.ndarray  # float64 (2,): of the even and the odd half
    noises: np.ndarray  # float64 (2,): what is left unexplained in each


class Surrogate:
    """The Gaussian process on complementary pairs of masks, int (samples, superpixels).

    Attributes:
        held_out: float64 (samples,), the prediction for each mask by a fit that saw neither it nor
            its complement: leave-one-out in closed form (Rasmussen & Williams 2006, section 5.4.2).
    """

    def __init__(self, masks, targets, kernel):
        self.kernel, self.signs, self.mean = kernel, signs_of(masks), targets.mean()
        self.coefficients, left_out = np.zeros((2, len(self.signs))), []
        with threadpool_limits(1):  # of so small matrices more threads only wait for each other
            similarities = self.similarities(self.signs)
            for half, target in enumerate(halve(targets - self.mean)):
                noise = kernel.noises[half] * np.eye(len(target))
                inverse = invert(similarities[half] + noise)[0]
                self.coefficients[half] = inverse @ target
                left_out.append(target - self.coefficients[half] / np.diag(inverse))
        self.held_out = self.mean + join(*left_out)

    def similarities(self, signs):
        """The two halves of the kernel between some signs and those fitted to: (2, n, pairs)."""
        halves = even_and_odd(signs, self.signs, self.kernel.scales)
        return self.kernel.variances[:, None, None] * halves

    def predict(self, masks):
        """The predictions for complementary pairs of masks, int (n, superpixels): float64 (n,)."""
        even, odd = self.similarities(signs_of(masks))
        return self.mean + join(even @ self.coefficients[0], odd @ self.coefficients[1])

    def local_model(self, closeness):
        """The weighted regression of the prediction on all masks, in closed form.

        The kernel is a product over superpixels, so its sum over the masks that show k of them is
        the coefficient of xᵏ in Π (pᵢ + qᵢ x), where pᵢ and qᵢ are the factors if superpixel i is
        hidden or shown. A discrete Fourier transform weights and adds all coefficients.

        Args:
            closeness: float64 (superpixels + 1,), the weight of a mask by how many it shows.

        Returns:
            Weights float64 (superpixels,), and intercept.
        """
        count = len(closeness) - 1
        size = count + 1 + count % 2  # odd, so that -1 is no point: there a factor can be 0
        points = np.exp(2j * np.pi * np.arange(size) / size)
        even, odd = self.kernel.variances[:, None] * self.coefficients / 2
        centres = np.concatenate([self.signs, -self.signs]) > 0  # of exp u and exp -u
        sums = np.outer([even + odd, even - odd], np.fft.fft(closeness, size) / size)
        differs = np.exp(-2 * self.kernel.scales)[:, None]  # factor where s, s' do
        for part in range(count):
            alike, unlike = differs[part] + points, 1 + differs[part] * points
            sums *= np.where(centres[:, [part]], alike, unlike)
        shown = centres.T.astype(float) @ sums  # (superpixels, points)
        hidden = sums.sum(axis=0) - shown
        with_part = shown / (differs + points) + hidden * differs / (1 + differs * points)
        sums_with_part = (with_part * points).sum(axis=1).real
        weights, intercept = regression(closeness, sums.sum().real, sums_with_part)
        return weights, self.mean + intercept

    def together(self):
        """What two superpixels add together beyond their sum, mean over all states of the others.

        The Banzhaf interaction index (Grabisch & Roubens 1999), four times the coefficient of the
        product of their signs: float64 (superpixels, superpixels), symmetric, 0 on the diagonal.
        """
        scales = self.kernel.scales
        theta = np.tanh(scales)
        factor = np.prod((1 + np.exp(-2 * scales)) / 2)  # of the kernel over Π (1 + θᵢ sᵢ s'ᵢ)
        products = (self.signs * self.coefficients[0][:, None]).T @ self.signs
        found = 4 * self.kernel.variances[0] * factor * np.outer(theta, theta) * products
        np.fill_diagonal(found, 0)
        return found


def regression(closeness, total, with_part):
    """Weights and intercept, from sums of targets over all masks, and over those with each part.

    Masks of one size weigh the same, so only the chances that one and two parts are shown count.
    """
    count, shown = len(closeness) - 1, np.arange(len(closeness))
    mass = comb(count, shown) * closeness
    one, two = (mass @ each / mass.sum() for each in
                (shown / count, shown * (shown - 1) / (count * (count - 1))))
    covariance = (one - two) * np.eye(count) + two - one**2
    weights = np.linalg.solve(covariance, (with_part - one * total) / mass.sum())
    return weights, total / mass.sum() - one * weights.sum()


def signs_of(masks):
    """The first masks of the pairs, -1 for hidden and 1 for shown: float64 (pairs, superpixels)."""
    return 2.0 * masks[::2] - 1


def halve(targets):
    """Half the sum and half the difference of each pair's targets: two float64 (pairs,)."""
    return (targets[::2] + targets[1::2]) / 2, (targets[::2] - targets[1::2]) / 2


def join(even, odd):
    """The targets that halve() took apart: float64 (samples,)."""
    return np.stack([even + odd, even - odd], axis=1).ravel()


def even_and_odd(first, second, scales):
    """cosh and sinh of Σ bᵢ sᵢ s'ᵢ, over exp Σ bᵢ: float64 (2, n, m)."""
    most = scales.sum()
    same = np.exp((first * scales) @ second.T - most)  # at least exp(-2 most), which is above 0
    opposite = np.exp(-2 * most) / same  # without another np.exp of all
    return np.stack([same + opposite, same - opposite]) / 2


def invert(matrix):
    """The inverse of a positive definite matrix, and half the logarithm of its determinant."""
    factor, failed = lapack.dpotrf(matrix.T, lower=1, overwrite_a=1)  # as LAPACK wants it: no copy
    if failed:
        raise np.linalg.LinAlgError("not positive definite")
    lower = lapack.dpotri(factor, lower=1)[0]  # 0 above the diagonal
    inverse = lower + lower.T
    np.fill_diagonal(inverse, np.diag(lower))
    return inverse, np.log(np.diag(factor)).sum()


def learn_kernel(masks, targets):
    """The Kernel under which the targets are likeliest (evidence)."""
    signs, unit = signs_of(masks), targets.std()
    halves = halve((targets - targets.mean()) / unit)
    with threadpool_limits(1):
        found = minimize(
            surprise, first_guess(signs, halves), (signs, halves), jac=True, method="L-BFGS-B",
            bounds=[(-9, 1)] * signs.shape[1] + [(np.log(LEAST), 12)] * 4,
            options={"maxiter": ITERATIONS}).x
    scales, *of_halves = np.split(np.exp(found), [-4, -2])
    return Kernel(scales, *(unit**2 * each for each in of_halves))


def first_guess(signs, halves):
    """Logarithms of scales, variances, noises: the scales by how far each superpixel acts alone."""
    linear = np.abs(halves[1] @ signs) / len(signs)  # (superpixels,)
    scales = np.arctanh(np.maximum(0.2 * linear / max(linear.max(), LEAST), 0.005))
    even, odd = (max(half.var(), LEAST) for half in halves)
    odd_share = (1 - np.exp(-2 * scales.sum())) / 2  # of the kernel: sinh over exp
    noises = max(0.3 * even, LEAST), max(0.2 * odd, LEAST)
    return np.log([*scales, 2 * even, odd / odd_share, *noises])


def surprise(logarithms, signs, halves):
    """Minus the logarithm of evidence times prior, and its gradient (as section 5.4.1)."""
    scales, variances, noises = np.split(np.exp(logarithms), [-4, -2])
    kernels = even_and_odd(signs, signs, scales)
    slope_scales = logarithms[:-4] - TYPICAL
    value = (slope_scales**2).sum() / 2
    slope_variances, slope_noises = np.zeros(2), np.zeros(2)
    for half, target in enumerate(halves):
        noise = noises[half] * np.eye(len(target))
        inverse, logarithm = invert(variances[half] * kernels[half] + noise)
        coefficients = inverse @ target
        value += target @ coefficients / 2 + logarithm
        pull = np.outer(coefficients, coefficients) - inverse
        whole = variances[half] * np.vdot(pull, kernels[half])
        slope_variances[half] = -whole / 2
        slope_noises[half] = -noises[half] * np.trace(pull) / 2
        pull *= variances[half] * kernels[1 - half]  # cosh and sinh are each other's derivative
        slope_scales -= scales * (np.einsum("ji,ji->i", signs, pull @ signs) - whole) / 2
    return value, np.concatenate([slope_scales, slope_variances, slope_noises])


def r_squared(targets, predicted):
    """The share of the targets' variance that is predicted; 0 if they are alike."""
    if np.ptp(targets) < ALIKE:
        return 0.0
    return float(1 - ((targets - predicted)**2).sum() / ((targets - targets.mean())**2).sum())
