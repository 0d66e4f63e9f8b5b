package io.netrun.resilience.hedge;

import io.netrun.resilience.CheckedSupplier;
import io.netrun.resilience.Deadline;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The body of a call that has another target for the attempts of a {@link Hedge} after the first, such as a mirror or
 * another region. What the alternative returns or throws is judged as that of any attempt: the first result wins, and
 * the last failure is the call's. Bodies of other types are called again as they are.
 *
 * <p>A body may be of several kinds, such as one with the key of its result: {@link #of} keeps the kinds of the bodies
 * that it is given, and a body of one's own implements several interfaces and asks {@link #isAlternative()} itself.
 */
public interface AlternativeCall {

    /**
     * Returns whether the calling thread makes this call for an attempt of a hedge after the first. Everything within
     * that attempt counts, such as the attempts of a retry inside the hedge. To be called by the body when it begins,
     * on the thread on which it is called, or when a publisher is requested from it.
     */
    default boolean isAlternative() {
        return Deadline.isCurrentFor(this);
    }

    /**
     * Gives the body of a call an alternative: {@code hedge.call(AlternativeCall.of(() -> client.quote(id), () ->
     * mirror.quote(id)))}.
     *
     * @param body the body, also one that returns a {@link java.util.concurrent.CompletionStage}; called by the first
     *     attempt, and without a hedge
     * @param alternative called by all further attempts
     */
    static <T extends @Nullable Object, X extends Throwable> CheckedSupplier<T, X> of(
            CheckedSupplier<T, X> body, CheckedSupplier<? extends T, ? extends X> alternative) {
        return new AlternativeBody<>(body, alternative);
    }

    /**
     * Gives a call of {@link io.netrun.resilience.reactor.ReactorGuard} an alternative:
     * {@code guard.mono(AlternativeCall.ofPublishers(() -> client.quote(id), () -> mirror.quote(id)))}.
     *
     * @param <P> the type of the publisher
     * @param body returns the publisher of the first attempt
     * @param alternative returns that of each further attempt
     */
    static <P> Supplier<P> ofPublishers(Supplier<? extends P> body, Supplier<? extends P> alternative) {
        return new AlternativePublisher<>(body, alternative);
    }
}
