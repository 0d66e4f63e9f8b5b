package io.netrun.resilience.spring.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.AbstractClientHttpRequestFactoryWrapper;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.JdkClientHttpRequestFactory;

/** Counts the responses that nobody has closed. */
final class CountedResponses extends AbstractClientHttpRequestFactoryWrapper {

    private final AtomicInteger received = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();

    CountedResponses() {
        super(new JdkClientHttpRequestFactory());
    }

    int received() {
        return received.get();
    }

    int open() {
        return open.get();
    }

    @Override
    protected ClientHttpRequest createRequest(URI uri, HttpMethod method, ClientHttpRequestFactory requests)
            throws IOException {
        ClientHttpRequest request = requests.createRequest(uri, method);
        return (ClientHttpRequest) java.lang.reflect.Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {ClientHttpRequest.class, org.springframework.http.StreamingHttpOutputMessage.class},
                (proxy, called, arguments) -> {
                    Object returned;
                    try {
                        returned = called.invoke(request, arguments);
                    } catch (java.lang.reflect.InvocationTargetException e) {
                        throw e.getCause();
                    }
                    return called.getName().equals("execute") ? new Counted((ClientHttpResponse) returned) : returned;
                });
    }

    private final class Counted implements ClientHttpResponse {

        private final ClientHttpResponse response;
        private boolean closed;

        Counted(ClientHttpResponse response) {
            this.response = response;
            received.incrementAndGet();
            open.incrementAndGet();
        }

        @Override
        public HttpStatusCode getStatusCode() throws IOException {
            return response.getStatusCode();
        }

        @Override
        public String getStatusText() throws IOException {
            return response.getStatusText();
        }

        @Override
        public HttpHeaders getHeaders() {
            return response.getHeaders();
        }

        @Override
        public InputStream getBody() throws IOException {
            return response.getBody();
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                open.decrementAndGet();
            }
            response.close();
        }
    }
}
