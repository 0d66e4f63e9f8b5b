package io.netrun.resilience.application;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.stream.Stream;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/**
 * A running web application with all auto-configurations but those of a database, open to everybody.
 *
 * @param context its only or its innermost one
 */
record WebApplication(ConfigurableApplicationContext context) implements AutoCloseable {

    private static final String[] PROPERTIES = {
        "server.port=0",
        "spring.cloud.gateway.server.webflux.enabled=false",
        "management.endpoints.web.exposure.include=health,resilience",
        // The names of both lines; those of the other one are overlooked.
        "spring.autoconfigure.exclude=org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration,"
                + "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration,"
                + "org.springframework.boot.autoconfigure.orm.jpa.HibernateJpaAutoConfiguration,"
                + "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration"
    };

    static WebApplication run(Class<?> source, String... properties) {
        return new WebApplication(builder(source, properties).run());
    }

    static SpringApplicationBuilder builder(Class<?> source, String... properties) {
        return new SpringApplicationBuilder(Open.class, source)
                .web(WebApplicationType.SERVLET)
                .properties(PROPERTIES)
                .properties(properties);
    }

    static String[] arguments(String... properties) {
        return Stream.concat(Stream.of(PROPERTIES), Stream.of(properties))
                .map(property -> "--" + property)
                .toArray(String[]::new);
    }

    String get(String path) throws IOException, InterruptedException {
        return get("local.server.port", path);
    }

    String get(String portProperty, String path) throws IOException, InterruptedException {
        URI page = URI.create("http://localhost:" + context.getEnvironment().getRequiredProperty(portProperty) + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Override
    public void close() {
        context.close();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Open {

        @Bean
        SecurityFilterChain open(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                    .build();
        }
    }
}
