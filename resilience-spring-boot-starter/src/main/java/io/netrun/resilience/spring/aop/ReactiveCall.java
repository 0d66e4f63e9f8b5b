package io.netrun.resilience.spring.aop;

import io.netrun.resilience.reactor.ReactorGuard;
import io.netrun.resilience.spring.method.MethodPipeline;
import java.util.Objects;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.ReactiveAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A call that is a subscription to what the method returned. The method itself is called with each attempt, and not before
 * someone subscribes. Loaded for the first call of a reactive method, since Reactor may be absent where there is none.
 *
 * @param <P> {@link Mono} for what has one element at most, else {@link Flux}
 */
final class ReactiveCall<P extends Publisher<Object>> extends ProtectedCall implements Supplier<P> {

    private final ReactiveAdapter adapter;

    private ReactiveCall(MethodInvocation invocation, MethodPipeline method, ReactiveAdapter adapter) {
        super(invocation, method);
        this.adapter = adapter;
    }

    /** What the protected method returns. */
    static Object of(MethodInvocation invocation, MethodPipeline method) {
        ReactiveAdapter adapter = Objects.requireNonNull(method.adapter());
        ReactorGuard guard = ReactorGuard.of(method.pipeline());
        return adapter.fromPublisher(
                adapter.isMultiValue()
                        ? guard.flux(new ReactiveCall<Flux<Object>>(invocation, method, adapter))
                        : guard.mono(new ReactiveCall<Mono<Object>>(invocation, method, adapter)));
    }

    /** What the method throws instead of returning a publisher is the call's failure like any other. */
    @Override
    public P get() {
        Object returned;
        try {
            returned = proceed();
        } catch (Throwable thrown) {
            return failed(thrown);
        }
        return returned == null
                ? failed(new NullPointerException(title() + " returned null instead of something reactive"))
                : publisher(returned);
    }

    @Override
    public @Nullable Object recover(Throwable failure) throws Throwable {
        Object recovered = super.recover(failure);
        return recovered == null ? null : publisher(recovered);
    }

    @SuppressWarnings("unchecked") // with Reactor present, the registry's adapters give what P says
    private P publisher(Object reactive) {
        return (P) adapter.<Object>toPublisher(reactive);
    }

    @SuppressWarnings("unchecked") // P by the same adapter
    private P failed(Throwable failure) {
        return (P) (adapter.isMultiValue() ? Flux.error(failure) : Mono.error(failure));
    }
}
