package io.netrun.resilience.spring.method;

import io.netrun.resilience.Policy;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.circuitbreaker.CircuitBreaker;
import io.netrun.resilience.circuitbreaker.CircuitBreakerConfig;
import io.netrun.resilience.circuitbreaker.Detection;
import io.netrun.resilience.hedge.Hedge;
import io.netrun.resilience.ratelimiter.RateLimiter;
import io.netrun.resilience.retry.Retry;
import io.netrun.resilience.timeout.Timeout;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/** Adds up the settings of a method's policies, each right by itself, and says where they do not fit together. */
final class Arithmetic {

    private final List<Policy> policies;
    private final List<String> doubts = new ArrayList<>();

    private Arithmetic(List<Policy> policies) {
        this.policies = policies;
    }

    /** What does not fit together, with the sums; empty if all does. */
    static List<String> doubts(List<Policy> policies) {
        Arithmetic arithmetic = new Arithmetic(policies);
        for (int i = 0; i < policies.size(); i++) {
            if (policies.get(i) instanceof Timeout timeout) {
                policies.subList(i + 1, policies.size()).forEach(within -> arithmetic.check(timeout, within));
                arithmetic.checkWindows(timeout);
            }
        }
        return arithmetic.doubts;
    }

    private void check(Timeout timeout, Policy within) {
        if (within instanceof Retry retry) {
            int attempts = retry.config().maxAttempts();
            retry.config()
                    .longestWaits()
                    .ifPresent(sum -> require(timeout, retry, "the waits between " + attempts + " attempts", sum));
            require(timeout, retry, "max-duration", retry.config().maxDuration());
        } else if (within instanceof Bulkhead bulkhead) {
            require(timeout, bulkhead, "max-wait", bulkhead.config().maxWait());
        } else if (within instanceof RateLimiter limiter) {
            require(timeout, limiter, "max-wait", limiter.config().maxWait());
        } else if (within instanceof Hedge hedge) {
            require(timeout, hedge, "delay", hedge.config().delay());
        }
    }

    private void require(Timeout timeout, Policy within, String what, @Nullable Duration duration) {
        Duration limit = timeout.config().duration();
        if (duration != null && duration.compareTo(limit) >= 0) {
            doubts.add(what + " of " + title(within) + " can take " + text(duration) + ", but " + title(timeout)
                    + " around it gives up after " + text(limit));
        }
    }

    private void checkWindows(Timeout timeout) {
        for (Policy policy : policies) {
            if (policy instanceof CircuitBreaker breaker) {
                CircuitBreakerConfig config = breaker.config();
                Duration twice = timeout.config().duration().multipliedBy(2);
                if (config.detection() == Detection.TIME_WINDOW
                        && config.windowDuration().compareTo(twice) < 0) {
                    doubts.add("window-duration of " + title(breaker) + " is " + text(config.windowDuration())
                            + ", less than twice the " + text(timeout.config().duration()) + " of " + title(timeout)
                            + ": calls that time out have nearly left the window when the next ones are told");
                }
            }
        }
    }

    private static String title(Policy policy) {
        return policy.type().policyClass().getSimpleName() + " '" + policy.name() + "'";
    }

    private static String text(Duration duration) {
        return DurationStyle.SIMPLE.print(
                duration, duration.toMillis() % 1_000 == 0 ? ChronoUnit.SECONDS : ChronoUnit.MILLIS);
    }
}
