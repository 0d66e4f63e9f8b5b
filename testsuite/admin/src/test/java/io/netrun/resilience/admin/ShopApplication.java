package io.netrun.resilience.admin;

import io.netrun.resilience.annotation.CircuitBreaker;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.stereotype.Component;

/** An application that registers with the server; its endpoints are below another path, and compressed. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import(ShopApplication.Payments.class)
class ShopApplication {

    @Component
    static class Payments {

        @CircuitBreaker(name = "payments")
        public void charge() {}
    }

    static ConfigurableApplicationContext start(String adminUrl) {
        return new SpringApplicationBuilder(ShopApplication.class)
                .web(WebApplicationType.SERVLET)
                .run(
                        "--spring.application.name=shop",
                        "--logging.level.root=error",
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--server.compression.enabled=true",
                        "--server.compression.min-response-size=100B",
                        "--spring.boot.admin.client.url=" + adminUrl,
                        "--spring.boot.admin.client.instance.service-host-type=canonical-host-name",
                        "--management.endpoints.web.base-path=/manage",
                        "--management.endpoints.web.exposure.include=health,resilience,resilienceui",
                        "--management.endpoint.resilience.access=unrestricted");
    }
}
