package io.netrun.resilience.reactor;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Guard;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Makes subscriptions through a policy or a pipeline: {@code ReactorGuard.of(pipeline).mono(client.charge(order))}.
 * Each subscription to what it returns is one call. It begins with the subscription, ends with the source, and is
 * cancelled with the subscription; further attempts subscribe to the source again, or ask for another one where they
 * are given a supplier. Nothing blocks a thread. Signals arrive on the source's threads, or, after a wait or a time
 * limit, on a worker's. The Reactor context of the subscriber reaches every attempt. Thread-safe and reusable.
 *
 * <p>A subscriber may leave at any time. A stream of which it has received an element counts as a success to circuit
 * breakers; otherwise the call was cancelled, and counts as neither success nor failure. Either way its permits are
 * released before the subscriber goes on, and its source is cancelled.
 *
 * <p>What a source emits and the subscriber does not get goes to the discard hook of the subscriber's context
 * ({@code Flux.doOnDiscard}), once: values with and after a cancel or a time limit, those of attempts that have lost a
 * race, and results that a retry did not accept, but for the one that it ends with. The late value of a {@code Mono}
 * that ends its attempt goes to the {@code onLateResult} hooks of policies too; elements of a {@code Flux} never do.
 *
 * <p>The scope of a call, its time limit among it, is in the Reactor context of its sources: protected calls that are
 * subscribed to within, through another guard, are given up with it. It also reaches what is within by the thread,
 * where that subscribes on it, and by Micrometer's context-propagation.
 */
public final class ReactorGuard {

    private final Guard guard;

    private ReactorGuard(Guard guard) {
        this.guard = guard;
    }

    /** For a policy or a pipeline. */
    public static ReactorGuard of(Guard guard) {
        return new ReactorGuard(Objects.requireNonNull(guard, "guard"));
    }

    /**
     * A source through the guard. An empty source is a call with the result null. A fallback may give a value, null for
     * an empty one, a {@code Mono}, or a {@code CompletionStage}.
     *
     * @param source subscribed to with each attempt
     */
    public <T> Mono<T> mono(Mono<T> source) {
        Objects.requireNonNull(source, "source");
        return mono(source, source);
    }

    /**
     * The source of each attempt through the guard; otherwise as {@link #mono(Mono)}.
     *
     * @param call asked with each attempt; what it throws is the attempt's failure
     */
    public <T> Mono<T> mono(Supplier<? extends Mono<T>> call) {
        Objects.requireNonNull(call, "call");
        return mono(Mono.defer(call), call);
    }

    /**
     * A source through the guard. The call lasts until the last element: so long it holds its permits, and a time limit
     * is one for the whole stream. Elements pass as they come, no more of them than are requested. An error before the
     * first element fails the call as any failure does. With the first element the call has begun for good: an error
     * after it counts as a failure, but no attempt and no fallback follows, since elements would come twice. Results
     * are not judged one by one: where a policy has a predicate for results, it is asked once, with {@code true}. A
     * fallback may give a {@code Publisher}, a {@code CompletionStage}, a single element, or null for an empty stream.
     *
     * @param source subscribed to with each attempt
     */
    public <T> Flux<T> flux(Publisher<T> source) {
        Objects.requireNonNull(source, "source");
        return flux(source, source);
    }

    /**
     * The source of each attempt through the guard; otherwise as {@link #flux(Publisher)}.
     *
     * @param call asked with each attempt; what it throws is the attempt's failure
     */
    public <T> Flux<T> flux(Supplier<? extends Publisher<T>> call) {
        Objects.requireNonNull(call, "call");
        return flux(Flux.defer(call), call);
    }

    /**
     * A call of another kind through the guard, for libraries that adapt one. Each subscription is a call; it is made
     * in the scope that the subscriber's context has, and is cancelled with the subscription.
     *
     * @param call makes the call of a subscription from the subscriber's context
     */
    public <T> Mono<T> adapted(Function<? super ContextView, ? extends AdaptedCall<T>> call) {
        Objects.requireNonNull(call, "call");
        return SubscribedMono.of(guard, call);
    }

    /**
     * A context in which protected calls find the scope of the one around them; for attempts of an {@linkplain #adapted
     * adapted} call that subscribe to something.
     *
     * @param scope of the attempt, as in {@link AdaptedCall#start}
     */
    public static Context inScope(Context context, Deadline scope) {
        return ScopeContext.with(context, scope);
    }

    private <T> Mono<T> mono(Mono<T> source, Object origin) {
        return SubscribedMono.of(guard, context -> new MonoCall<>(source, context, origin));
    }

    private <T> Flux<T> flux(Publisher<T> source, Object origin) {
        return SubscribedFlux.of(guard, source, origin);
    }
}
