package io.netrun.resilience.spring.method;

import io.netrun.resilience.Pipeline;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapter;

/**
 * A protected method with the pipeline that each of its calls passes.
 *
 * @param title the display name of the method: {@code com.shop.PaymentClient.charge(Order)}
 * @param pipeline the pipeline of its policies
 * @param returns how the method signals completion
 * @param adapter converts the returned value to Reactor's types and back; null unless it is reactive or a flow
 * @param mayRepeat whether a policy or a subscriber may make the call more than once
 * @param mayChangeThread whether the call may run on a thread other than the caller's
 * @param fallbacks the methods that can replace a failed call
 * @param permits how many tokens of its rate limiter a call takes
 * @param pooled whether each attempt runs on a thread of its own, as in a thread pool of resilience4j
 */
public record MethodPipeline(
        String title,
        Pipeline pipeline,
        ReturnKind returns,
        @Nullable ReactiveAdapter adapter,
        boolean mayRepeat,
        boolean mayChangeThread,
        FallbackMethods fallbacks,
        CallPermits permits,
        boolean pooled) {}
