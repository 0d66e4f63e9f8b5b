package io.netrun.resilience.spring.method;

import java.util.Map;

/** How long the attempts of protected methods took, where somebody measures that. */
@FunctionalInterface
public interface AttemptTimes {

    /**
     * A method's attempts since the start of the application, by class and method without packages:
     * {@code PaymentClient.charge}.
     */
    Map<String, AttemptTime> byMethod();

    /**
     * The attempts of one method.
     *
     * @param count how many have ended
     * @param totalMillis the time of all together
     * @param maxMillis the longest of the last minutes
     */
    record AttemptTime(long count, double totalMillis, double maxMillis) {

        /** Both together. */
        public AttemptTime plus(AttemptTime other) {
            return new AttemptTime(
                    count + other.count, totalMillis + other.totalMillis, Math.max(maxMillis, other.maxMillis));
        }
    }
}
