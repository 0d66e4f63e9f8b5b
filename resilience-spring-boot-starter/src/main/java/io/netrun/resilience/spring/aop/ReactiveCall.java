package io.netrun.resilience.spring.aop;

import io.netrun.resilience.ContextPropagation;
import io.netrun.resilience.Pipeline;
import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.spring.method.ConstantElements;
import io.netrun.resilience.spring.method.MethodPipeline;
import io.netrun.resilience.spring.method.ReturnKind;
import io.netrun.resilience.spring.pattern.Recovery;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.ReactiveAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A call whose execution is a subscription to the publisher that the method returned or, for a suspending function, to
 * the one that Spring's proxy created. The method itself is called with each attempt, and not before the subscription.
 * Loaded with the first call of a reactive method, since Reactor may be absent otherwise.
 *
 * @param <P> {@link Mono} for at most one element, otherwise {@link Flux}
 */
final class ReactiveCall<P extends Publisher<Object>> extends ProtectedCall implements Supplier<P> {

    private final @Nullable ReactiveAdapter adapter;
    private final @Nullable AttemptObserver observer;
    private final boolean many;
    private final boolean suspending;

    private ReactiveCall(
            MethodInvocation invocation, MethodPipeline method, @Nullable AttemptObserver observer, boolean many) {
        super(invocation, method, observer == null ? null : observer.callBegins(method.title()));
        this.observer = observer;
        this.adapter = method.adapter();
        this.many = many;
        this.suspending = method.returns() == ReturnKind.SUSPENDING;
    }

    /**
     * The protected method's return value; the proxy converts the publisher of a suspending function.
     *
     * @param leavesMdc whether subscriptions, which begin after the method has returned, leave the MDC where it is
     */
    static Object of(
            MethodInvocation invocation, MethodPipeline method, @Nullable AttemptObserver observer, boolean leavesMdc) {
        ReactiveAdapter adapter = method.adapter();
        boolean many = adapter != null && adapter.isMultiValue();
        Publisher<Object> guarded;
        if (method.keys() == null) {
            ReactorGuard guard = guard(method.pipeline(), leavesMdc);
            guarded = many ? flux(guard, invocation, method, observer) : mono(guard, invocation, method, observer);
        } else {
            // Each subscription is a call, and requests the instances of its key.
            guarded = many
                    ? Flux.defer(() -> flux(guardOf(invocation, method, leavesMdc), invocation, method, observer))
                    : Mono.defer(() -> mono(guardOf(invocation, method, leavesMdc), invocation, method, observer));
        }
        return adapter == null || method.returns() == ReturnKind.SUSPENDING ? guarded : adapter.fromPublisher(guarded);
    }

    private static ReactorGuard guardOf(MethodInvocation invocation, MethodPipeline method, boolean leavesMdc) {
        return guard(method.pipeline(invocation.getArguments()), leavesMdc);
    }

    private static ReactorGuard guard(Pipeline pipeline, boolean leavesMdc) {
        return ReactorGuard.of(leavesMdc ? ContextPropagation.leavingMdc(pipeline) : pipeline);
    }

    private static Flux<Object> flux(
            ReactorGuard guard,
            MethodInvocation invocation,
            MethodPipeline method,
            @Nullable AttemptObserver observer) {
        return guard.flux(new ReactiveCall<Flux<Object>>(invocation, method, observer, true));
    }

    private static Mono<Object> mono(
            ReactorGuard guard,
            MethodInvocation invocation,
            MethodPipeline method,
            @Nullable AttemptObserver observer) {
        return guard.mono(new ReactiveCall<Mono<Object>>(invocation, method, observer, false));
    }

    /** An exception that the method throws instead of returning a publisher fails the call like any other failure. */
    @Override
    public P get() {
        AttemptObserver.Call observed = observed();
        return observed == null || observer == null ? attempt(null) : observed(observed, observer.contextKey());
    }

    @SuppressWarnings("unchecked") // P by the same adapter
    private P observed(AttemptObserver.Call call, Object key) {
        Flux<Object> observed = Flux.deferContextual(context -> observed(call, key, context.getOrDefault(key, null)));
        return (P) (many ? observed : observed.singleOrEmpty());
    }

    /** The attempt lasts until its publisher terminates or is cancelled; nested observations find it in the context. */
    private Flux<Object> observed(AttemptObserver.Call call, Object key, @Nullable Object parent) {
        AttemptObserver.Attempt attempt = call.attemptBegins(parent);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        return Flux.from(attempt(attempt))
                .contextWrite(inner -> inner.put(key, attempt.contextValue()))
                .doOnError(failure::set)
                .doFinally(signal -> attempt.ends(failure.get()));
    }

    @SuppressWarnings("unchecked") // P is Mono then
    private P attempt(AttemptObserver.@Nullable Attempt attempt) {
        boolean alternative = callsAlternative();
        Object returned;
        try {
            returned = attempt == null ? proceed(alternative) : proceed(attempt, alternative);
        } catch (Throwable thrown) {
            return failed(thrown);
        }
        if (returned == null && alternative && suspending && !many) {
            return (P) Mono.empty(); // of an ordinary method
        }
        return returned == null
                ? failed(new NullPointerException(title() + " returned null instead of something reactive"))
                : publisher(returned);
    }

    @Override
    public @Nullable Object recover(Throwable failure, Recovery recovery) throws Throwable {
        Object recovered = super.recover(failure, recovery);
        if (recovered instanceof ConstantElements constant) {
            return many && constant.value() instanceof Iterable<?> elements
                    ? Flux.fromIterable(elements)
                    : Mono.justOrEmpty(constant.value());
        }
        return recovered == null ? null : publisher(recovered);
    }

    /**
     * A suspending function yields a publisher, while its fallback may be an ordinary method that returns a value or a
     * flow.
     */
    @SuppressWarnings("unchecked") // with Reactor present, the registry's adapters and Spring's proxies return P
    private P publisher(Object returned) {
        if (suspending && returned instanceof Publisher<?>) {
            return (P) returned;
        }
        return (P) (adapter == null ? Mono.just(returned) : adapter.<Object>toPublisher(returned));
    }

    @SuppressWarnings("unchecked") // P by the same adapter
    private P failed(Throwable failure) {
        return (P) (many ? Flux.error(failure) : Mono.error(failure));
    }
}
