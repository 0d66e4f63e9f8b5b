package io.netrun.resilience.application.docs;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;

/** What the examples of the documentation have elsewhere on the other line of Spring Boot. */
final class SpringBootLine {

    static final AutoConfigurations HTTP_CLIENTS =
            AutoConfigurations.of(RestClientAutoConfiguration.class, WebClientAutoConfiguration.class);

    private SpringBootLine() {}

    /** What is elsewhere on this line, as the page of the example states. */
    static String adapted(String source) {
        return source.replace(
                "org.springframework.boot.actuate.autoconfigure.security.servlet.EndpointRequest",
                "org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest");
    }
}
