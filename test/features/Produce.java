import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Puts each line of standard input on a topic: Produce BROKERS TOPIC COMPRESSION. Kafka's own client, as a platform service has it. */
public class Produce {
  public static void main(String[] args) throws Exception {
    Map<String, Object> settings =
        Map.of("bootstrap.servers", args[0], "compression.type", args[2], "acks", "all", "linger.ms", 50);
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
      for (String line; (line = lines.readLine()) != null; ) producer.send(new ProducerRecord<>(args[1], line));
      producer.flush();
    }
  }
}
