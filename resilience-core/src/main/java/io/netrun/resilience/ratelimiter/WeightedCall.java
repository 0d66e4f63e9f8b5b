package io.netrun.resilience.ratelimiter;

import io.netrun.resilience.CheckedSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The body of a call that takes another number of tokens from a {@link RateLimiter} than one, such as a call with a
 * batch. Bodies of other types take one token. A body may be of several kinds: {@link #of} keeps the kinds of the body
 * that it is given, and a body of one's own implements several interfaces.
 */
public interface WeightedCall {

    /**
     * Returns the number of tokens that the call takes. Called whenever the call reaches a rate limiter, before it
     * acquires anything; what it throws fails the call.
     *
     * @return 1 to the {@linkplain RateLimiterConfig#capacity() burst} of the rate limiter; 0 for a call that takes
     *     none and does not wait. Any other number fails the call with an {@link IllegalArgumentException}
     */
    int permits();

    /**
     * Gives the body of a call a weight: {@code limiter.call(WeightedCall.of(batch.size(), () -> client.send(batch)))}.
     *
     * @param permits see {@link #permits()}
     * @param body the body, also one that returns a {@link java.util.concurrent.CompletionStage}
     * @throws IllegalArgumentException if the number is negative
     */
    static <T extends @Nullable Object, X extends Throwable> CheckedSupplier<T, X> of(
            int permits, CheckedSupplier<T, X> body) {
        return new WeightedBody<>(permits, body);
    }
}
