package io.netrun.resilience.shared;

import java.util.Map;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.MDC;

/**
 * Fails a test class that leaves values in the MDC of the test thread: every call of later classes would carry them,
 * and what these measure would depend on the order of the classes.
 */
public final class CleanThread implements AfterAllCallback {

    @Override
    public void afterAll(ExtensionContext context) {
        Map<String, String> left = MDC.getCopyOfContextMap();
        if (left != null && !left.isEmpty()) {
            MDC.clear();
            throw new AssertionError(context.getDisplayName() + " leaves " + left.keySet()
                    + " in the MDC of the test thread. Remove them after the test that puts them there");
        }
    }
}
