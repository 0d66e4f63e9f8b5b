package io.netrun.resilience.spring.method;

import io.netrun.resilience.Pipeline;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;

/**
 * A protected method with the pipeline that every call of it goes through.
 *
 * @param title the method for people: {@code com.shop.PaymentClient.charge(Order)}
 * @param pipeline its policies
 * @param returns how the method says that it is done
 * @param adapter turns what it returns into Reactor's types and back; null unless it is reactive or a flow
 * @param mayRepeat whether a policy, or who subscribes, may make the call more than once
 * @param mayChangeThread whether the call may be made on another thread than the caller's
 * @param fallbacks what may take a failed call's place
 */
public record MethodPipeline(
        String title,
        Pipeline pipeline,
        ReturnKind returns,
        @Nullable ReactiveAdapter adapter,
        boolean mayRepeat,
        boolean mayChangeThread,
        FallbackMethods fallbacks) {}
