package io.netrun.resilience.reactor;

import io.netrun.resilience.AdaptedCall;
import io.netrun.resilience.ClassPreparation;
import io.netrun.resilience.Deadline;
import io.netrun.resilience.Guard;
import java.lang.invoke.MethodHandles;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * Makes subscriptions through a policy or a pipeline: {@code ReactorGuard.of(pipeline).mono(client.charge(order))}.
 * Each subscription to the returned publisher is one call. It begins with the subscription, ends with the source, and
 * is cancelled with the subscription; further attempts subscribe to the source again, or request another one from a
 * supplier. No thread is blocked. Signals arrive on the source's threads or, after a wait or a timeout, on a worker
 * thread. The Reactor context of the subscriber reaches every attempt. Thread-safe and reusable.
 *
 * <p>A subscriber may cancel at any time. A stream of which it has received an element counts as a success to circuit
 * breakers; otherwise the call counts as cancelled, and neither as success nor as failure. In both cases its permits
 * are released before the subscriber continues, and its source is cancelled.
 *
 * <p>Values that a source emits and the subscriber does not receive are passed once to the discard hook of the
 * subscriber's context ({@code Flux.doOnDiscard}): values with and after a cancellation or a timeout, those of attempts
 * that have lost a race, and results that a retry did not accept, except for the one that it ends with. The value of a
 * {@code Mono} that its source emits as it is cancelled is also passed to the {@code onLateResult} hooks of policies;
 * later values and elements of a {@code Flux} never are.
 *
 * <p>The scope of a call, including its time limit, is in the Reactor context of its sources: protected calls that are
 * subscribed to within it, through another guard, are abandoned with it. It also reaches inner calls by the thread, if
 * they are made on it, and by Micrometer's context-propagation.
 */
public final class ReactorGuard {

    static {
        // A subscription may come first where the stack is nearly full.
        ClassPreparation.initialize(
                MethodHandles.lookup(),
                CarriedResult.class,
                FluxCall.class,
                LateThrown.class,
                MonoCall.class,
                ReaderChain.class,
                SafeCancel.class,
                SubscribedFlux.class,
                SubscribedMono.class);
    }

    private final Guard guard;

    private ReactorGuard(Guard guard) {
        this.guard = guard;
    }

    /** Creates a guard for a policy or a pipeline. */
    public static ReactorGuard of(Guard guard) {
        return new ReactorGuard(Objects.requireNonNull(guard, "guard"));
    }

    /**
     * Returns a source that is protected by the guard. An empty source is a call with the result null. A fallback may
     * return a value, null for an empty source, a {@code Mono}, or a {@code CompletionStage}.
     *
     * @param source subscribed to by each attempt
     */
    public <T> Mono<T> mono(Mono<T> source) {
        Objects.requireNonNull(source, "source");
        return SubscribedMono.of(guard, context -> new MonoCall<>(attempt -> source, context, source));
    }

    /**
     * Returns a source that is protected by the guard, from a supplier; otherwise like {@link #mono(Mono)}.
     *
     * @param call called by each attempt; what it throws is the attempt's failure
     */
    public <T> Mono<T> mono(Supplier<? extends Mono<T>> call) {
        Objects.requireNonNull(call, "call");
        return SubscribedMono.of(
                guard, context -> new MonoCall<>(attempt -> suppliedMono(call, attempt), context, call));
    }

    /**
     * Returns a source that is protected by the guard. The call lasts until the last element: it holds its permits
     * until then, and a time limit applies to the whole stream. Elements are passed on as they arrive, no more of them
     * than are requested. An error before the first element fails the call like any other failure. The first element
     * commits the call: an error after it counts as a failure, but no attempt and no fallback follows, because elements
     * would be repeated. Predicates for results do not judge elements: they are called for an empty stream only, with
     * null. A fallback may return a {@code Publisher}, a {@code CompletionStage}, a single element, or null for an
     * empty stream.
     *
     * @param source subscribed to by each attempt
     */
    public <T> Flux<T> flux(Publisher<T> source) {
        Objects.requireNonNull(source, "source");
        return SubscribedFlux.of(guard, attempt -> source, source);
    }

    /**
     * Returns a source that is protected by the guard, from a supplier; otherwise like {@link #flux(Publisher)}.
     *
     * @param call called by each attempt; what it throws is the attempt's failure
     */
    public <T> Flux<T> flux(Supplier<? extends Publisher<T>> call) {
        Objects.requireNonNull(call, "call");
        return SubscribedFlux.of(guard, attempt -> suppliedFlux(call, attempt), call);
    }

    /**
     * Returns a call of another kind that is protected by the guard. Each subscription is a call; it is made in the
     * scope of the subscriber's context, and is cancelled with the subscription.
     *
     * @apiNote For authors of policies.
     * @param call creates the call of a subscription from the subscriber's context
     */
    public <T> Mono<T> adapted(Function<? super ContextView, ? extends AdaptedCall<T>> call) {
        Objects.requireNonNull(call, "call");
        return SubscribedMono.of(guard, call);
    }

    /**
     * Returns a context in which protected calls find the scope of the outer call, for attempts of an
     * {@linkplain #adapted adapted} call that subscribe to a source.
     *
     * @apiNote For authors of policies.
     * @param scope the scope of the attempt, as in {@link AdaptedCall#start}
     */
    public static Context inScope(Context context, Deadline scope) {
        return ScopeContext.with(context, scope);
    }

    /** What a supplier returns after its attempt was given up begins nothing. */
    private static <T> Mono<T> suppliedMono(Supplier<? extends Mono<T>> call, MonoAttempt<T> attempt) {
        return Mono.defer(() -> {
            Mono<T> source = call.get();
            return source != null && attempt.isUnwanted() ? Mono.error(givenUp()) : source;
        });
    }

    private static <T> Flux<T> suppliedFlux(Supplier<? extends Publisher<T>> call, StreamAttempt<T> attempt) {
        return Flux.defer(() -> {
            Publisher<T> source = call.get();
            return source != null && attempt.isUnwanted() ? Flux.error(givenUp()) : source;
        });
    }

    private static CancellationException givenUp() {
        return new CancellationException("the call was given up before its source was subscribed to");
    }
}
