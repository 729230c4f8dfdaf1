from mistralai import Mistral

client = Mistral()  # the key is in MISTRAL_API_KEY
question = {"role": "user", "content": "Write a short poem about coding."}

with client.chat.stream(model="mistral-large-latest", messages=[question]) as stream:
    for text in stream.text_stream:
        print(text, end="", flush=True)
print()
