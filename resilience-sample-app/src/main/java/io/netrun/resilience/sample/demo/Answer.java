package io.netrun.resilience.sample.demo;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What the application answered.
 *
 * @param took milliseconds
 * @param retryAfter seconds; 0 if the answer names none
 */
record Answer(int status, JsonNode body, long took, long retryAfter) {

    /** One line: the status, the time, and the reason if it failed. */
    String summary() {
        String waiting = retryAfter == 0 ? "" : ", Retry-After: " + retryAfter;
        String reason = status < 400 ? "" : "  " + body.path("detail").asText();
        return status + " in " + took + " ms" + waiting + shortened(reason);
    }

    boolean succeeded() {
        return status < 400;
    }

    /** A text cut to what fits into a line. */
    static String shortened(String text) {
        return text.length() <= 150 ? text : text.substring(0, 147) + "...";
    }
}
