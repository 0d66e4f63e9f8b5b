package io.netrun.resilience.application;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.annotation.Hedge;
import io.netrun.resilience.annotation.Timeout;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;
import jakarta.persistence.OneToMany;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** A web application with JPA as Spring Boot sets it up: the session stays open until the view has been rendered. */
@SpringBootTest(
        classes = OpenInViewTests.Application.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.main.web-application-type=servlet",
            "spring.cloud.gateway.server.webflux.enabled=false",
            "spring.jpa.hibernate.ddl-auto=create-drop"
        })
class OpenInViewTests {

    @LocalServerPort
    private int port;

    @Autowired
    private EntityManager entities;

    @Autowired
    private PlatformTransactionManager transactions;

    private long id;

    @BeforeEach
    void store() {
        Purchase purchase = new Purchase();
        purchase.lines.add(new Line("tea"));
        purchase.lines.add(new Line("mug"));
        new TransactionTemplate(transactions).executeWithoutResult(status -> entities.persist(purchase));
        id = purchase.id;
    }

    @ParameterizedTest
    @ValueSource(strings = {"limited", "hedged", "plain"})
    void lazyCollectionShouldBeReadableWithATimeLimit(String path) throws Exception {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/" + path + "/" + id))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.body()).isEqualTo("[\"tea\",\"mug\"]");
        assertThat(response.statusCode()).isEqualTo(200);
    }

    static class Purchases {

        private final EntityManager entities;

        Purchases(EntityManager entities) {
            this.entities = entities;
        }

        @Timeout
        @Transactional(readOnly = true)
        public Purchase limited(long id) {
            return entities.find(Purchase.class, id);
        }

        @Hedge
        @Transactional(readOnly = true)
        public Purchase hedged(long id) {
            return entities.find(Purchase.class, id);
        }

        @Transactional(readOnly = true)
        public Purchase plain(long id) {
            return entities.find(Purchase.class, id);
        }
    }

    /** Reads what the service did not. */
    @RestController
    static class Controller {

        private final Purchases purchases;

        Controller(Purchases purchases) {
            this.purchases = purchases;
        }

        @GetMapping("/limited/{id}")
        List<String> limited(@PathVariable("id") long id) {
            return purchases.limited(id).texts();
        }

        @GetMapping("/hedged/{id}")
        List<String> hedged(@PathVariable("id") long id) {
            return purchases.hedged(id).texts();
        }

        @GetMapping("/plain/{id}")
        List<String> plain(@PathVariable("id") long id) {
            return purchases.plain(id).texts();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Purchases.class, Controller.class})
    static class Application {

        @Bean
        SecurityFilterChain open(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                    .build();
        }
    }

    /** Its lines are fetched lazily. */
    @Entity
    static class Purchase {

        @Id
        @GeneratedValue
        private Long id;

        @OneToMany(cascade = CascadeType.ALL)
        private final List<Line> lines = new ArrayList<>();

        List<String> texts() {
            return lines.stream().map(line -> line.text).toList();
        }
    }

    /** A line of a purchase. */
    @Entity
    static class Line {

        @Id
        @GeneratedValue
        private Long id;

        private String text;

        /** For Hibernate. */
        Line() {}

        Line(String text) {
            this.text = text;
        }
    }
}
