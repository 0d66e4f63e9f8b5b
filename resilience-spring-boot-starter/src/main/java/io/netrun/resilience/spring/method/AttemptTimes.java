package io.netrun.resilience.spring.method;

import java.util.Map;

/** The durations of the attempts of protected methods, if they are measured. */
@FunctionalInterface
public interface AttemptTimes {

    /**
     * The attempts since the start of the application, by class and method without the package:
     * {@code PaymentClient.charge}.
     */
    Map<String, AttemptTime> byMethod();

    /**
     * The attempts of one method.
     *
     * @param count the number of completed attempts
     * @param totalMillis their total duration
     * @param maxMillis the longest duration of the last minutes
     */
    record AttemptTime(long count, double totalMillis, double maxMillis) {

        /** The sum of both. */
        public AttemptTime plus(AttemptTime other) {
            return new AttemptTime(
                    count + other.count, totalMillis + other.totalMillis, Math.max(maxMillis, other.maxMillis));
        }
    }
}
